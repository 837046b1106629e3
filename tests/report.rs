//! The report in a real browser: it opens without a word, asks for nothing, sorts, filters, and keeps scripts inert.

#[path = "report/browser.rs"]
mod browser;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use assert_cmd::cargo::CommandCargoExt;
use serde_json::json;

use self::browser::Browser;

const MODEL: &str = "examples/identifiability/nonidentified.stan";
const DATA: &str = "examples/identifiability/y.json";

const TAB: char = '\u{e004}';
const ENTER: char = '\u{e007}';

fn ridgewalk(arguments: &[&str]) -> Output {
    let output = Command::cargo_bin("ridgewalk").unwrap().args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("report").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// The report of a run of the notebook's model.
fn notebook(folder: &Path, chains: &str, draws: &str) -> PathBuf {
    let page = folder.join("report.html");
    let small = ["sample", MODEL, "--data", DATA, "--backend", "cpu", "--seed", "1", "--quiet"];
    let sizes = ["--sampler", "metropolis", "--chains", chains, "--draws", draws, "--report", page.to_str().unwrap()];
    ridgewalk(&[&small[..], &sizes[..]].concat());
    page
}

/// Expects no message of the console and no request of the page.
fn assert_silent(browser: &Browser) {
    assert_eq!(browser.console(), Vec::<String>::new());
    assert_eq!(browser.requests(), Vec::<String>::new());
}

/// HTML Tidy finds nothing; without it, a word on standard error, unless `REQUIRE_BROWSER` is set.
fn assert_valid(page: &Path) {
    let output = match Command::new("tidy").args(["-quiet", "-errors", "-utf8"]).arg(page).output() {
        Ok(output) => output,
        Err(error) if std::env::var_os("REQUIRE_BROWSER").is_none() => {
            return eprintln!("SKIPPED: no tidy ({error}); install it to validate the page");
        }
        Err(error) => panic!("REQUIRE_BROWSER is set, and tidy cannot be started: {error}"),
    };
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.trim().is_empty(), "{}: {said}", page.display());
}

/// The least contrast of any text with its ground, by WCAG 2.1, among texts that are seen.
const CONTRAST: &str = "
    const channel = (c) => { c /= 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
    const numbers = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
    const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
    const ground = (element) => {
      for (let e = element; e; e = e.parentElement) {
        const colour = numbers(getComputedStyle(e).backgroundColor);
        if (colour.length === 3 || colour[3] > 0) return colour;
      }
      return [255, 255, 255];
    };
    let least = [Infinity, ''];
    for (const element of document.querySelectorAll('body *')) {
      const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
      if (!own || element.closest('script') || !element.getClientRects().length) continue;
      const style = getComputedStyle(element);
      const colour = numbers(element.namespaceURI.endsWith('svg') ? style.fill : style.color);
      const [a, b] = [light(colour), light(ground(element))].sort((x, y) => y - x);
      const ratio = (a + 0.05) / (b + 0.05);
      if (ratio < least[0]) least = [ratio, element.tagName + ' ' + element.textContent.slice(0, 40)];
    }
    return least;";

#[test]
fn the_notebooks_report_opens_in_silence_and_can_be_sorted_and_filtered_by_keyboard() {
    let folder = folder("notebook");
    let page = notebook(&folder, "2", "5000");
    assert_valid(&page);
    let Some(browser) = Browser::start() else { return };
    browser.open(&page);
    assert_silent(&browser);

    let names = "return [...document.querySelectorAll('#summary tbody tr:not([hidden]) th')].map(c => c.textContent)";
    let first = browser.run(names);
    assert!(first[0].as_str().unwrap().starts_with("alpha"), "the worst comes first: {first}");

    // From the filter, the first button of the table is two tabs away: the table itself can be scrolled by keys.
    browser.run("document.querySelector('#filter').focus()");
    browser.press(&[TAB, TAB, ENTER]);
    assert_eq!(browser.run(names), json!(["alpha1", "alpha2", "mu", "sigma"]));
    browser.press(&[ENTER]);
    assert_eq!(browser.run(names), json!(["sigma", "mu", "alpha2", "alpha1"]));
    browser.press(&[TAB, ENTER]);
    let means =
        "return [...document.querySelectorAll('#summary tbody td:nth-of-type(1)')].map(c => Number(c.textContent))";
    let means: Vec<f64> = browser.run(means).as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect();
    assert!(means.is_sorted_by(|a, b| a >= b), "{means:?}");

    browser.run("document.querySelector('#filter').focus()");
    browser.press(&['L', 'p', 'h']);
    let mut left: Vec<String> = serde_json::from_value(browser.run(names)).unwrap();
    left.sort();
    assert_eq!(left, ["alpha1", "alpha2"]);
    assert_eq!(browser.run("return document.querySelector('#shown').textContent"), json!("2 of 4 shown"));
    assert_silent(&browser);
}

/// The run directory is asked alone: it holds the model and the data, and how many rows they had.
#[test]
fn the_page_says_what_the_data_determine_after_the_verdict_also_of_a_run_directory() {
    assert_determined("json", DATA);
    assert_determined("csv", "examples/identifiability/y.csv");
}

fn assert_determined(name: &str, data: &str) {
    let folder = folder(&format!("determined-{name}"));
    let (run, page, again) = (folder.join("run"), folder.join("sample.html"), folder.join("run.html"));
    let [run, page, again] = [&run, &page, &again].map(|path| path.to_str().unwrap());
    let small = ["sample", MODEL, "--data", data, "--backend", "cpu", "--seed", "1", "--quiet"];
    ridgewalk(&[&small[..], &["--sampler", "metropolis", "--out", run, "--report", page]].concat());
    ridgewalk(&["report", run, "--out", again, "--quiet"]);
    for page in [page, again] {
        let html = std::fs::read_to_string(page).unwrap();
        let place = |text: &str| html.find(text).unwrap_or_else(|| panic!("{page} does not say `{text}`"));
        let (verdict, summary) = (place("class=\"verdict"), place("id=\"summary\""));
        for sentence in [
            "The likelihood determines 2 of 3 directions.",
            "<dt>not identified</dt><dd><b>alpha1 - alpha2</b>:",
            "alpha1 and alpha2 cannot be told apart",
            "To repeat it:",
        ] {
            let after = sentence == "To repeat it:" || place(sentence) < summary;
            assert!(place(sentence) > verdict && after, "{page}: {sentence}");
        }
        assert_valid(Path::new(page));
    }
}

#[test]
fn every_picture_has_a_size_and_every_text_its_contrast_in_light_and_dark_and_on_a_phone() {
    let folder = folder("pictures");
    let page = notebook(&folder, "64", "200");
    let Some(browser) = Browser::start() else { return };
    browser.open(&page);
    let pictures = "return [...document.querySelectorAll('figure svg')].map(svg => {
        const box = svg.getBoundingClientRect(), inner = svg.getBBox();
        return [svg.getAttribute('aria-label'), box.width, box.height, inner.width, inner.height]; })";
    for (medium, theme, width) in
        [("screen", "light", 1200), ("screen", "dark", 1200), ("screen", "light", 360), ("print", "light", 900)]
    {
        browser.emulate(medium, theme, width);
        let pictures = browser.run(pictures);
        let pictures = pictures.as_array().unwrap();
        // Six of each parameter, the heat map, at least a pair, the graph.
        assert!(pictures.len() >= 4 * 6 + 3, "{} pictures", pictures.len());
        for picture in pictures {
            assert!(picture[0].as_str().unwrap().len() > 20, "a picture without words: {picture}");
            assert!((1..5).all(|k| picture[k].as_f64().unwrap() > 50.0), "a picture without a size: {picture}");
        }
        let least = browser.run(CONTRAST);
        assert!(least[0].as_f64().unwrap() >= 4.5, "{theme}: contrast {least}");
        let overflow =
            browser.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth");
        assert!(medium == "print" || overflow.as_i64().unwrap() <= 0, "wider than {width} pixels by {overflow}");
    }
    let ground = |theme| {
        browser.emulate("screen", theme, 1200);
        browser.run("return getComputedStyle(document.body).backgroundColor")
    };
    assert_ne!(ground("light"), ground("dark"));
    assert_silent(&browser);
}

#[test]
fn names_and_texts_with_scripts_in_them_are_inert() {
    let folder = folder("inert");
    let table = folder.join("draws.csv");
    let evil =
        ["<script>hacked=1</script>", "\"\"><img src=x onerror=hacked=1>", "a' onclick='hacked=1", "</svg>&amp;"];
    let mut text = format!("chain,draw,{}\n", evil.map(|name| format!("\"{name}\"")).join(","));
    for draw in 0..400 {
        let x = f64::from(draw * 7919 % 1000);
        text += &format!("{},{},{x},{},{},{}\n", draw / 100, draw % 100, -x, x * x, (x * 37.0) % 11.0);
    }
    std::fs::write(&table, text).unwrap();
    let model = folder.join("</title><script>hacked=1<!--.stan".replace('/', "_"));
    std::fs::write(
        &model,
        "// </pre><script>hacked=1</script> <img src=x onerror=hacked=1>\nparameters { real a; } model { a ~ normal(0, 1); }\n",
    )
    .unwrap();
    let page = folder.join("report.html");
    let paths = [&table, &model, &page].map(|path| path.to_str().unwrap());
    ridgewalk(&["report", paths[0], "--model", paths[1], "--out", paths[2], "--quiet"]);
    assert_valid(&page);
    let Some(browser) = Browser::start() else { return };
    browser.open(&page);
    browser.run("document.querySelectorAll('*').forEach(e => e.dispatchEvent(new Event('click')))");
    assert_eq!(browser.run("return typeof hacked"), json!("undefined"));
    assert_eq!(browser.run("return document.scripts.length"), json!(1));
    assert_eq!(browser.run("return document.images.length"), json!(0));
    let shown =
        browser.run("return [...document.querySelectorAll('#summary tbody th')].map(c => c.textContent).sort()");
    let mut names = evil.map(|name| name.replace("\"\"", "\""));
    names.sort();
    assert_eq!(shown, json!(names));
    assert_silent(&browser);
}

#[test]
fn a_report_of_thousands_of_parameters_stays_below_two_megabytes_and_says_what_it_leaves_out() {
    let folder = folder("large");
    let table = folder.join("draws.csv");
    let names: Vec<String> = (0..3000).map(|k| format!("\"a_parameter_with_a_name[{k}]\"")).collect();
    let mut text = format!("chain,draw,{}\n", names.join(","));
    for row in 0..100_u32 {
        let values = (0..3000_u32).map(|k| ((row * 7919 + k * 104_729) % 1009).to_string());
        text += &format!("{},{},{}\n", row / 25, row % 25, values.collect::<Vec<_>>().join(","));
    }
    std::fs::write(&table, text).unwrap();
    let page = folder.join("report.html");
    ridgewalk(&["report", table.to_str().unwrap(), "--out", page.to_str().unwrap(), "--quiet"]);
    let html = std::fs::read_to_string(&page).unwrap();
    assert!(html.len() < 2_000_000, "{} bytes", html.len());
    assert!(html.contains("more parameters are left out to keep this page small"));
    assert_valid(&page);
}

#[test]
fn plots_are_files_that_other_programs_can_read() {
    let folder = folder("plots");
    let table = folder.join("draws.csv");
    let mut text = String::from("chain,draw,theta[1],\"Theta[1]\",energy__,divergent__\n");
    for row in 0..400_u32 {
        let x = f64::from(row * 7919 % 1009);
        text +=
            &format!("{},{},{x},{},{},{}\n", row / 100, row % 100, (x * 0.7).sin(), x.cos(), u8::from(row % 40 == 3));
    }
    std::fs::write(&table, text).unwrap();
    let plots = folder.join("plots");
    let page = folder.join("report.html");
    ridgewalk(&[
        "report",
        table.to_str().unwrap(),
        "--out",
        page.to_str().unwrap(),
        "--plots",
        plots.to_str().unwrap(),
        "--quiet",
    ]);
    let mut names: Vec<String> =
        std::fs::read_dir(&plots).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    // Six of each of two parameters, the heat map, a pair, the energies; names that differ in case alone stay apart.
    assert_eq!(names.len(), 2 * (2 * 6 + 3), "{names:?}");
    for name in &names {
        let bytes = std::fs::read(plots.join(name)).unwrap();
        let start: &[u8] = if name.ends_with(".png") { b"\x89PNG\r\n\x1a\n" } else { b"<svg xmlns=" };
        assert!(bytes.starts_with(start), "{name}");
    }
    assert!(
        names.iter().any(|name| name == "trace-theta.1.png") || names.iter().any(|name| name == "trace-theta.1~2.png")
    );
}

#[test]
fn a_report_that_cannot_be_written_is_refused_before_the_run() {
    let folder = folder("refused");
    let path = folder.to_str().unwrap();
    let arguments = ["sample", MODEL, "--data", DATA, "--backend", "cpu", "--chains", "2", "--report", path];
    let output = Command::cargo_bin("ridgewalk").unwrap().args(arguments).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert!(error.contains("refused is already there: choose another name") && output.stdout.is_empty(), "{error}");
}

#[test]
fn a_graph_is_printed_as_dot_or_svg_with_the_sizes_that_the_data_tell() {
    let text = |arguments: &[&str]| String::from_utf8(ridgewalk(arguments).stdout).unwrap();
    let dot = text(&["graph", MODEL, "--data", DATA]);
    assert!(dot.starts_with("digraph \"nonidentified\"") && dot.contains("label=\"N = 100\""), "{dot}");
    let svg = text(&["graph", MODEL, "--format", "svg"]);
    assert!(svg.starts_with("<svg") && svg.contains(">alpha1</text>") && svg.contains(">N</text>"), "{svg}");
    let output = Command::cargo_bin("ridgewalk").unwrap().args(["graph", DATA]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}
