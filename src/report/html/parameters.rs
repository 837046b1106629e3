//! The pictures of single parameters, the worst first, all but the first few folded.

use super::parts::{figures, section};
use crate::math::thousands::thousands;
use crate::report::escape::escape;
use crate::report::picture::Picture;
use crate::report::survey::Survey;
use crate::report::table::number;

/// Parameters whose pictures are not folded.
const OPEN: usize = 6;

/// The pictures, of at most so many bytes, and for how many parameters there are some.
pub(super) fn parameters(survey: &Survey, most: usize) -> (String, usize) {
    let mut content = String::new();
    let mut shown = 0;
    for (place, (portrait, &index)) in survey.portraits.iter().zip(&survey.order).enumerate() {
        let row = &survey.summary.rows[index];
        let name = escape(&row.parameter);
        let pictures = match &portrait[..] {
            [] => "<p>Its draws do not vary: there is nothing to draw.</p>\n".to_owned(),
            pictures => figures(pictures.iter().collect::<Vec<&Picture>>()),
        };
        let part = format!(
            "<details id=\"p{place}\" data-name=\"{name}\"{}><summary><b>{name}</b> <span>R-hat {}, {} effective \
             draws</span></summary>\n{pictures}</details>\n",
            if place < OPEN { " open" } else { "" },
            number(row.r_hat, 3),
            number(row.ess_bulk, 0),
        );
        if content.len() + part.len() > most {
            break;
        }
        content += &part;
        shown += 1;
    }
    let rest = survey.order.len() - shown;
    if rest > 0 {
        content += &format!(
            "<p>Pictures of {} more parameters are left out to keep this page small: none has a larger R-hat. \
             <code>--parameters NAME,...</code> draws the ones you name.</p>\n",
            thousands(rest)
        );
    }
    (section("parameters", "Parameters", &content), shown)
}
