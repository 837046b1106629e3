//! The graph as a picture. dagre says where things lie; here they are only drawn.

use std::fmt::Write;

use dagre::graph::{Graph, GraphOptions};
use dagre::{EdgeLabel, LayoutOptions, NodeLabel, Point, layout};

use super::lines;
use super::plates::{Plate, plates};
use crate::lang::structure::{Kind, Node, Structure};
use crate::report::escape::escape;
use crate::report::picture::Picture;

/// Sizes of letters, in tenths of a pixel as all coordinates of pictures.
const NAME: f64 = 140.0;
const FAMILY: f64 = 115.0;

/// Width of a letter as a part of its size.
const LETTER: f64 = 0.6;

/// The side of a factor's square.
const SQUARE: f64 = 100.0;

/// Room around all.
const MARGIN: f64 = 80.0;

/// The picture of a model's graph; none for a model without variables.
#[must_use]
pub fn picture(structure: &Structure, name: &str) -> Option<Picture> {
    if structure.nodes.is_empty() {
        return None;
    }
    let (plates, of) = plates(structure);
    let graph = laid_out(structure, &plates, &of);
    let mut elements = String::new();
    for (place, plate) in plates.iter().enumerate() {
        if let Some(label) = graph.node(&format!("plate {place}")) {
            draw_plate(&mut elements, plate, label);
        }
    }
    for (from, to) in &structure.edges {
        let [start, end] = [from, to].map(|place| format!("node {place}"));
        let (Some(edge), Some(first), Some(last)) =
            (graph.edge(&start, &end, None), graph.node(&start), graph.node(&end))
        else {
            continue;
        };
        let mut points = edge.points.clone();
        touch(&mut points, structure.nodes[*from].kind, first);
        points.reverse();
        touch(&mut points, structure.nodes[*to].kind, last);
        points.reverse();
        draw_edge(&mut elements, &points, structure.nodes[*to].kind == Kind::Factor);
    }
    for (place, node) in structure.nodes.iter().enumerate() {
        if let Some(label) = graph.node(&format!("node {place}")) {
            draw_node(&mut elements, node, label);
        }
    }
    let labels: Vec<NodeLabel> = graph.nodes().iter().filter_map(|node| graph.node(node)).cloned().collect();
    let points =
        graph.edges().into_iter().filter_map(|edge| graph.edge_by_obj(&edge).map(|label| label.points.clone()));
    let points: Vec<Point> = points.flatten().collect();
    let right = labels.iter().map(|label| label.x.unwrap_or(0.0) + label.width / 2.0);
    let below = labels.iter().map(|label| label.y.unwrap_or(0.0) + label.height / 2.0);
    let right = right.chain(points.iter().map(|point| point.x)).fold(0.0, f64::max);
    let below = below.chain(points.iter().map(|point| point.y)).fold(0.0, f64::max);
    Some(Picture {
        name: "graph".to_owned(),
        alt: alt(structure, name),
        caption:
            "ellipses: parameters, shaded where observed; boxes: computed, dashed where generated, grey where given; \
                  frames: what repeats"
                .to_owned(),
        size: ((right + MARGIN) as u32, (below + MARGIN) as u32),
        elements,
    })
}

fn alt(structure: &Structure, name: &str) -> String {
    let named = |wanted: Kind| -> Vec<&str> {
        structure.nodes.iter().filter(|node| node.kind == wanted).map(|node| node.name.as_str()).collect()
    };
    let dependent = structure
        .edges
        .iter()
        .map(|&(from, to)| format!("{} on {}", structure.nodes[to].name, structure.nodes[from].name));
    let told: Vec<String> = dependent.take(60).collect();
    format!(
        "Graph of the model {name}. Parameters: {}. Observed: {}. Dependences: {}.",
        none_or(&named(Kind::Parameter)),
        none_or(&named(Kind::Observed)),
        told.join(", ")
    )
}

fn none_or(names: &[&str]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

fn laid_out(structure: &Structure, plates: &[Plate], of: &[Option<usize>]) -> Graph<NodeLabel, EdgeLabel> {
    let mut graph = Graph::with_options(GraphOptions { directed: true, multigraph: false, compound: true });
    for (place, plate) in plates.iter().enumerate() {
        graph.set_node(format!("plate {place}"), Some(NodeLabel::default()));
        if let Some(parent) = plate.parent {
            graph.set_parent(&format!("plate {place}"), Some(&format!("plate {parent}")));
        }
    }
    for (place, node) in structure.nodes.iter().enumerate() {
        let (width, height) = extent(node);
        graph.set_node(format!("node {place}"), Some(NodeLabel { width, height, ..NodeLabel::default() }));
        if let Some(plate) = of[place] {
            graph.set_parent(&format!("node {place}"), Some(&format!("plate {plate}")));
        }
    }
    for (from, to) in &structure.edges {
        graph.set_edge(format!("node {from}"), format!("node {to}"), Some(EdgeLabel::default()), None);
    }
    let options = LayoutOptions {
        nodesep: 260.0,
        edgesep: 120.0,
        ranksep: 380.0,
        marginx: MARGIN,
        marginy: MARGIN,
        ..LayoutOptions::default()
    };
    layout(&mut graph, Some(options));
    graph
}

/// Width and height of a node.
fn extent(node: &Node) -> (f64, f64) {
    if node.kind == Kind::Factor {
        return (SQUARE, SQUARE);
    }
    let lines = lines(node);
    let widest = lines.iter().zip([NAME, FAMILY]).map(|(line, size)| line.chars().count() as f64 * LETTER * size);
    let round = matches!(node.kind, Kind::Parameter | Kind::Observed);
    // A text fits into an ellipse that is wider than the text by the half.
    let widest = widest.fold(0.0, f64::max) * if round { 1.3 } else { 1.0 } + 240.0;
    (widest, if lines.len() > 1 { 480.0 } else { 340.0 })
}

fn centre(label: &NodeLabel) -> (f64, f64) {
    (label.x.unwrap_or(0.0), label.y.unwrap_or(0.0))
}

fn draw_plate(elements: &mut String, plate: &Plate, label: &NodeLabel) {
    let ((x, y), (width, height)) = (centre(label), (label.width, label.height));
    let (left, top) = (x - width / 2.0, y - height / 2.0);
    let _ = write!(
        elements,
        "<path class=\"su\" d=\"M{left:.0} {top:.0}h{width:.0}v{height:.0}h{:.0}z\"/>\
         <text class=\"ft\" x=\"{:.0}\" y=\"{:.0}\" font-size=\"{FAMILY}\" text-anchor=\"end\">{}</text>",
        -width,
        left + width - 50.0,
        top + height - 50.0,
        escape(&plate.label)
    );
}

fn draw_node(elements: &mut String, node: &Node, label: &NodeLabel) {
    let ((x, y), (width, height)) = (centre(label), (label.width, label.height));
    let (rx, ry) = (width / 2.0, height / 2.0);
    let rounding = if node.kind == Kind::Given { 120.0 } else { 0.0 };
    let rectangle = |class: &str, more: &str| {
        format!(
            "<rect class=\"{class}\" x=\"{:.0}\" y=\"{:.0}\" width=\"{width:.0}\" height=\"{height:.0}\" rx=\"{rounding}\"\
             {more}/>",
            x - rx,
            y - ry
        )
    };
    let ellipse =
        |class: &str| format!("<ellipse class=\"{class}\" cx=\"{x:.0}\" cy=\"{y:.0}\" rx=\"{rx:.0}\" ry=\"{ry:.0}\"/>");
    match node.kind {
        Kind::Parameter => *elements += &(ellipse("fb") + &ellipse("st")),
        Kind::Observed => *elements += &(ellipse("fg") + &ellipse("st")),
        Kind::Deterministic => *elements += &(rectangle("fb", "") + &rectangle("st", "")),
        Kind::Generated => *elements += &(rectangle("fb", "") + &rectangle("st", " stroke-dasharray=\"50 40\"")),
        Kind::Given => *elements += &(rectangle("fg", "") + &rectangle("su", "")),
        Kind::Factor => *elements += &rectangle("ft", ""),
    }
    if node.kind == Kind::Factor {
        let text = lines(node).join(" ");
        let _ = write!(
            elements,
            "<text class=\"fu\" x=\"{:.0}\" y=\"{:.0}\" font-size=\"{FAMILY}\">{}</text>",
            x + rx + 40.0,
            y + 0.36 * FAMILY,
            escape(&text)
        );
        return;
    }
    let lines = lines(node);
    let from = if lines.len() > 1 { y - 40.0 } else { y + 0.36 * NAME };
    for (place, (line, (size, class))) in lines.iter().zip([(NAME, "ft"), (FAMILY, "fu")]).enumerate() {
        let _ = write!(
            elements,
            "<text class=\"{class}\" x=\"{x:.0}\" y=\"{:.0}\" font-size=\"{size}\" text-anchor=\"middle\">{}</text>",
            from + place as f64 * 160.0,
            escape(line)
        );
    }
}

/// Moves the first point of a way from the rectangle around a node to its ellipse.
fn touch(points: &mut [Point], kind: Kind, label: &NodeLabel) {
    let [first, second, ..] = points else { return };
    if matches!(kind, Kind::Parameter | Kind::Observed) {
        let (x, y) = centre(label);
        let (right, down) = (second.x - x, second.y - y);
        let length = (right / (label.width / 2.0)).hypot(down / (label.height / 2.0));
        if length > 0.0 {
            *first = Point::new(x + right / length, y + down / length);
        }
    }
}

/// A smooth line through the points, with a head that shows where it leads.
fn draw_edge(elements: &mut String, points: &[Point], plain: bool) {
    let [first, .., before, last] = points else { return };
    let mut way = format!("M{:.0} {:.0}", first.x, first.y);
    let middle = |a: &Point, b: &Point| (f64::midpoint(a.x, b.x), f64::midpoint(a.y, b.y));
    for corner in points.windows(3) {
        let to = middle(&corner[1], &corner[2]);
        let _ = write!(way, "Q{:.0} {:.0} {:.0} {:.0}", corner[1].x, corner[1].y, to.0, to.1);
    }
    let _ = write!(way, "L{:.0} {:.0}", last.x, last.y);
    let _ = write!(elements, "<path class=\"su\" d=\"{way}\"/>");
    let (x, y) = (last.x - before.x, last.y - before.y);
    let length = x.hypot(y);
    if plain || length == 0.0 {
        return;
    }
    let (x, y) = (x / length, y / length);
    let side = |sign: f64| (last.x - 100.0 * x - sign * 38.0 * y, last.y - 100.0 * y + sign * 38.0 * x);
    let ((ax, ay), (bx, by)) = (side(1.0), side(-1.0));
    let _ =
        write!(elements, "<path class=\"fu\" d=\"M{:.0} {:.0}L{ax:.0} {ay:.0}L{bx:.0} {by:.0}z\"/>", last.x, last.y);
}
