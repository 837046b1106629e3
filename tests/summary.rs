//! `ridgewalk summary` from the outside: files in, numbers, sentences and exit statuses out.

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;
use serde_json::Value;

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

fn stan(name: &str) -> String {
    data("stan_csv").join(name).display().to_string()
}

/// Writes a file of this test process alone.
fn written(name: &str, text: &str) -> String {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("summary");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

fn summary(arguments: &[&str]) -> assert_cmd::assert::Assert {
    Command::cargo_bin("ridgewalk").unwrap().arg("summary").args(arguments).assert()
}

fn json(arguments: &[&str]) -> Value {
    let output = summary(&[arguments, &["--json", "--quiet"]].concat()).success().get_output().clone();
    assert!(output.stderr.is_empty());
    serde_json::from_slice(&output.stdout).unwrap()
}

fn text(arguments: &[&str]) -> String {
    String::from_utf8(summary(arguments).success().get_output().stdout.clone()).unwrap()
}

fn names(object: &Value) -> Vec<&str> {
    object["summary"].as_array().unwrap().iter().map(|row| row["parameter"].as_str().unwrap()).collect()
}

#[test]
fn warm_up_rows_are_skipped_and_elements_named_as_in_stan() {
    let object = json(&[&stan("new_1.csv"), &stan("new_2.csv")]);
    assert_eq!((&object["chains"], &object["draws"]), (&2.into(), &120.into()));
    assert_eq!(names(&object), ["lp__", "mu", "theta[1]", "theta[2]", "m[1,1]", "m[2,1]", "m[1,2]", "m[2,2]"]);
    // Warm-up lies near 1e6. 240 draws with sd 1: a mean beyond 0.5 is 7.7 standard errors away; the file is fixed.
    assert!(object["summary"][1]["mean"].as_f64().unwrap().abs() < 0.5);
    assert_eq!(object["divergent"], 1);
    assert_eq!(object["ebfmi"].as_array().unwrap().len(), 2);
}

#[test]
fn the_headers_of_the_first_cmdstans_are_understood() {
    let object = json(&[&stan("old.csv")]);
    assert_eq!((&object["chains"], &object["draws"]), (&1.into(), &30.into()));
    assert_eq!(names(&object), ["lp__", "mu", "tau"]);
    assert!(object["summary"][1]["mean"].as_f64().unwrap().abs() < 2.0);
    assert_eq!((&object["divergent"], &object["ebfmi"]), (&0.into(), &Value::Null));
}

/// Files that CmdStan wrote, and ArviZ's `from_cmdstan`, `summary` and `bfmi` on the same files.
#[test]
fn files_of_cmdstan_give_the_numbers_of_arviz() {
    let reference = std::fs::read_to_string(data("cmdstan/reference.json")).unwrap();
    let reference: Value = serde_json::from_str(&reference).unwrap();
    // As in tests/diagnostics.rs, in units of a standard deviation.
    let judge = |found: &Value, expected: &Value, unit: f64, what: &str| {
        if expected == "nan" {
            return assert_eq!(found, expected, "{what}");
        }
        let (found, expected) = (found.as_f64().unwrap(), expected.as_f64().unwrap());
        assert!((found - expected).abs() <= 1e-10 * expected.abs() + 1e-13 * unit, "{what}: {found} {expected}");
    };
    for run in reference["runs"].as_array().unwrap() {
        let files: Vec<String> = run["files"]
            .as_array()
            .unwrap()
            .iter()
            .map(|file| data(file.as_str().unwrap()).display().to_string())
            .collect();
        let object = json(&files.iter().map(String::as_str).collect::<Vec<_>>());
        for key in ["chains", "draws", "divergent"] {
            assert_eq!(object[key], run[key], "{files:?} {key}");
        }
        let fractions = (object["ebfmi"].as_array().unwrap(), run["ebfmi"].as_array().unwrap());
        assert_eq!(fractions.0.len(), fractions.1.len());
        for (found, expected) in fractions.0.iter().zip(fractions.1) {
            judge(found, expected, 0.0, "E-BFMI");
        }
        let expected = run["summary"].as_object().unwrap();
        assert_eq!(names(&object).len(), expected.len() + 1, "ArviZ does not count lp__ among the parameters");
        for row in object["summary"].as_array().unwrap().iter().filter(|row| row["parameter"] != "lp__") {
            let name = row["parameter"].as_str().unwrap();
            for (key, value) in expected[name].as_object().unwrap() {
                judge(&row[key], value, expected[name]["sd"].as_f64().unwrap(), &format!("{files:?} {name} {key}"));
            }
        }
    }
}

#[test]
fn a_row_that_was_cut_off_is_left_out_and_told() {
    summary(&[&stan("cut_off.csv")]).success().stderr(contains("cut off")).stderr(contains("30 of 120 draws"));
    let object = json(&[&stan("cut_off.csv")]);
    assert_eq!(object["draws"], 30);
}

/// A reference array as a plain table, draws of all chains taking turns, and its file.
fn table_of(array: &str, header: &str, first: usize) -> String {
    let columns = std::fs::read_to_string(data("arviz").join(format!("{array}.csv"))).unwrap();
    let mut table = format!("{header}\n");
    for (draw, line) in columns.lines().filter(|line| !line.contains("chain")).enumerate() {
        for (chain, value) in line.split(',').enumerate() {
            table += &format!("{},{},{}\n", chain + first, draw + first, value.trim());
        }
    }
    written(&format!("{array}_{first}.csv"), &table)
}

#[test]
fn a_table_gives_the_numbers_of_arviz() {
    let reference = std::fs::read_to_string(data("arviz/reference_arviz_0.23.4.json")).unwrap();
    let reference: Value = serde_json::from_str(&reference).unwrap();
    let mut checked = 0;
    for (array, header, first) in
        [("ar09_4x1000", "chain,draw,x", 0), ("lognormal_4x1000", "\".chain\",\".iteration\",\"x\"", 1)]
    {
        let object = json(&[&table_of(array, header, first)]);
        for (key, expected) in reference[array]["summary_mean"].as_object().unwrap() {
            let (found, expected) = (object["summary"][0][key].as_f64().unwrap(), expected.as_f64().unwrap());
            // As in tests/diagnostics.rs; both arrays have an sd of order 1.
            assert!((found - expected).abs() <= 1e-10 * expected.abs() + 1e-13, "{array} {key}: {found} {expected}");
            checked += 1;
        }
    }
    assert_eq!(checked, 18);
}

#[test]
fn rows_may_come_in_any_order_and_in_several_files() {
    let whole = written("whole.csv", "chain,draw,x,y\n1,1,1,5\n1,2,2,6\n2,1,3,7\n2,2,nan,8\n");
    let mixed = written("mixed.csv", "y,draw,chain,x\n8,2,2,NA\n6,2,1,2\n5,1,1,1\n7,1,2,3\n");
    let (one, two) = (
        written("one.csv", "chain,draw,x,y\n2,1,3,7\n1,2,2,6\n"),
        written("two.csv", "chain,draw,x,y\n2,2,NaN,8\n1,1,1,5\n"),
    );
    let expected = json(&[&whole, "--parameters", "y"])["summary"].clone();
    assert_eq!(expected[0]["mean"], 6.5);
    assert_eq!(json(&[&mixed, "--parameters", "y"])["summary"], expected);
    assert_eq!(json(&[&one, &two, "--parameters", "y"])["summary"], expected);
    assert_eq!(json(&[&whole])["summary"][0]["mean"], "nan");
}

#[test]
fn files_that_cannot_be_used_are_refused_with_the_place_and_the_reason() {
    let head = "lp__,mu\n";
    for (name, text, expected) in [
        ("empty.csv", "", "is empty"),
        ("comments.csv", "# method = sample\n", "is empty"),
        ("no_draws.csv", head, "holds no draws"),
        ("only_warmup.csv", "# num_warmup = 5\n# save_warmup = 1\nlp__,mu\n-1,2\n-1,3\n", "only 2 rows of warm-up"),
        ("ragged.csv", "# a\nlp__,mu\n-1,2\n-1,2,3\n-1,2\n", "line 4: 3 values for 2 columns"),
        ("word.csv", "lp__,mu\n-1,two\n-1,2\n", "line 2, column mu: `two` is not a number"),
        ("twice.csv", "mu,mu\n1,2\n", "two columns are named mu"),
        ("sampler.csv", "stepsize__,energy__\n1,2\n", "no parameters"),
        ("optimum.csv", "# method = optimize\nlp__,mu\n-1,2\n", "written by the method `optimize`"),
        ("table_ragged.csv", "chain,draw,x\n1,1,2\n1,2\n", "line 3: 2 values for 3 columns"),
        ("table_word.csv", "chain,draw,x\n1,1,2\n1,b,2\n", "line 3, column draw: `b` is not a whole number"),
        ("table_twice.csv", "chain,draw,x\n1,1,2\n1,1,3\n", "line 3: chain 1 has draw 1 twice"),
        ("table_uneven.csv", "chain,draw,x\n1,1,2\n1,2,3\n2,1,3\n", "chain 2 has 1 draws, but chain 1 has 2"),
        ("table_empty.csv", "chain,draw,x\n", "holds no draws"),
    ] {
        let file = written(name, text);
        summary(&[&file]).code(2).stderr(contains(name)).stderr(contains(expected)).stdout("");
    }
    summary(&["nowhere.csv"]).code(2).stderr(contains("cannot read nowhere.csv"));
    summary(&[]).code(2);
}

#[test]
fn files_that_do_not_fit_together_are_refused_with_the_difference() {
    let a = written("fit_a.csv", "lp__,mu\n-1,2\n-1,3\n");
    let other = written("fit_other.csv", "lp__,tau\n-1,2\n-1,3\n");
    let short = written("fit_short.csv", "lp__,mu\n-1,2\n");
    let table = written("fit_table.csv", "chain,draw,mu\n1,1,2\n");
    summary(&[&a, &other]).code(2).stderr(contains("fit_other.csv has no column mu, unlike"));
    summary(&[&a, &short])
        .code(2)
        .stderr(contains("fit_a.csv holds 2 draws, but"))
        .stderr(contains("fit_short.csv holds 1"));
    summary(&[&a, &table]).code(2).stderr(contains("fit_table.csv is a table with a chain column"));
}

#[test]
fn parameters_are_chosen_by_name_stem_or_pattern() {
    let files = [stan("new_1.csv"), stan("new_2.csv")];
    let chosen = |parameters: &str| {
        let object = json(&[&files[0], &files[1], "--parameters", parameters]);
        names(&object).join(" ")
    };
    assert_eq!(chosen("theta,mu"), "mu theta[1] theta[2]");
    assert_eq!(chosen("m[1,2]"), "m[1,2]");
    assert_eq!(chosen("m[*,2],lp__"), "lp__ m[1,2] m[2,2]");
    let wrong = summary(&[&files[0], "--parameters", "teta"]).code(2);
    wrong.stderr(contains("there is no parameter teta; did you mean theta?"));
}

#[test]
fn tables_say_the_interval_asked_for_and_csv_has_all_digits() {
    let file = stan("new_1.csv");
    assert!(text(&[&file]).lines().next().unwrap().contains("hdi_3%"));
    assert!(text(&[&file, "--interval", "eti89"]).lines().next().unwrap().contains("eti_94.5%"));
    summary(&[&file, "--interval", "hpd"]).code(2).stderr(contains("such as hdi94 or eti89"));
    summary(&[&file, "--json", "--csv"]).code(2);
    let table = text(&[&file, "--csv", "--parameters", "m[1,2]"]);
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let columns = reader.headers().unwrap().clone();
    let row = reader.records().next().unwrap().unwrap();
    let object = json(&[&file, "--parameters", "m[1,2]"]);
    let expected = object["summary"][0].as_object().unwrap();
    assert_eq!(columns.iter().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    assert_eq!(&row[0], "m[1,2]");
    for (column, cell) in columns.iter().zip(&row).filter(|(column, _)| *column != "r_hat_nested").skip(1) {
        match &expected[column] {
            Value::String(word) => assert_eq!(cell, word, "{column}"),
            number => assert_eq!(Some(cell.parse::<f64>().unwrap()), number.as_f64(), "{column}"),
        }
    }
}

/// Four chains: `good` ones of independent draws, or each about its own place.
fn four_chains(name: &str, good: bool) -> String {
    let mut table = "chain,draw,x\n".to_owned();
    for chain in 0..4 {
        for draw in 0..250 {
            // The fractional parts of multiples of the golden ratio, scrambled: flat and well mixed.
            let k = f64::from((chain * 250 + draw) * 7919 % 1000);
            let x = (k * 0.618_033_988_749_894_9).fract() + if good { 0.0 } else { f64::from(chain) };
            table += &format!("{chain},{draw},{x}\n");
        }
    }
    written(name, &table)
}

#[test]
fn only_strict_makes_bad_diagnostics_an_exit_status_and_quiet_hides_remarks_but_no_warning() {
    let (good, bad) = (four_chains("good.csv", true), four_chains("bad.csv", false));
    let ending = "\nThe checks that could be made passed: 4 chains, the smallest effective sample size is";
    summary(&[&good, "--strict"]).success().stderr(contains("4 chains of 250 draws\n").and(contains(ending))).stderr(
        contains(
            "Not checked: the length of the warm-up (it is not known); divergences and energies (the files do not",
        ),
    );
    summary(&[&good, "--quiet"]).success().stderr("");
    summary(&[&bad]).success().stderr(contains("warning: R-hat is above 1.01 for x"));
    let warned = summary(&[&bad, "--strict", "--quiet"]).code(1).stdout(contains("r_hat")).get_output().clone();
    let warned = String::from_utf8(warned.stderr).unwrap();
    assert!(warned.contains("warning: R-hat is above 1.01 for x"), "{warned}");
    assert!(warned.lines().filter(|line| !line.is_empty()).all(|line| line.starts_with("warning: ")), "{warned}");
    summary(&[&bad, "--superchains", "3"]).code(2).stderr(contains("4 chains cannot form 3 equal superchains"));
    assert!(json(&[&bad, "--superchains", "2"])["summary"][0]["r_hat_nested"].as_f64().unwrap() > 1.5);
}

/// After the report of stan-dev/rstan#769: nothing can be said of a parameter with draws that are no numbers, and nothing is.
#[test]
fn draws_that_are_not_finite_give_one_warning_and_a_row_without_numbers() {
    for broken in ["nan", "inf"] {
        let table = four_chains("finite.csv", true);
        let mut lines = std::fs::read_to_string(&table).unwrap().lines().map(str::to_owned).collect::<Vec<_>>();
        lines[0] = "chain,draw,x,tau".to_owned();
        for (place, line) in lines.iter_mut().enumerate().skip(1) {
            let last = line.rsplit(',').next().unwrap().to_owned();
            *line += &format!(",{}", if place == 5 || place == 6 { broken } else { &last });
        }
        let table = written(&format!("{broken}.csv"), &(lines.join("\n") + "\n"));
        let object = json(&[&table]);
        let warnings = object["warnings"].as_array().unwrap();
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert_eq!(
            (&warnings[0]["code"], &warnings[0]["parameters"]),
            (&"non_finite".into(), &serde_json::json!(["tau"]))
        );
        let row = object["summary"][1].as_object().unwrap();
        assert!(row.iter().all(|(key, value)| key == "parameter" || value == "nan" || value.is_null()), "{row:?}");
        summary(&[&table]).stderr(contains("Some draws are not finite: tau (2 draws). Nothing can be said of it"));
        summary(&[&table, "--strict"]).code(1);
    }
}

#[test]
fn a_chain_that_is_given_twice_is_noticed() {
    let chain = |k: u32| {
        let rows: String = (0..200_u32).map(|draw| format!("{}\n", (draw * 7919 + k * 104_729) % 1009)).collect();
        written(&format!("twice_{k}.csv"), &format!("x\n{rows}"))
    };
    let files: Vec<String> = (0..4).map(chain).collect();
    let (files, codes) = (files.iter().map(String::as_str).collect::<Vec<_>>(), |object: &Value| {
        object["warnings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["code"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    });
    assert!(!codes(&json(&files)).contains(&"identical_chains".to_owned()));
    let twice = [&files[..3], &files[1..2]].concat();
    assert!(codes(&json(&twice)).contains(&"identical_chains".to_owned()));
    summary(&twice).stderr(contains("Chains hold the same draws: 2 and 4."));
}

#[test]
fn many_parameters_are_folded_until_they_are_named() {
    let columns: Vec<String> = (1..=60).map(|k| format!("theta.{k}")).collect();
    let mut file = columns.join(",") + "\n";
    for draw in 0..20_u32 {
        let row: Vec<String> = (0..60_u32).map(|k| (((draw + 1) * (k + 3) * 7919) % 101).to_string()).collect();
        file += &(row.join(",") + "\n");
    }
    let file = written("many.csv", &file);
    let folded = text(&[&file]);
    assert!(folded.contains("and 40 more parameters") && folded.contains("--parameters NAME,..."), "{folded}");
    let open = text(&[&file, "--parameters", "theta"]);
    assert!(open.contains("theta[60]") && !open.contains("more parameters"), "{open}");
}

/// A table of four chains that disagree, as a spreadsheet writes it.
#[test]
fn a_mark_of_utf_8_and_lines_of_windows_change_nothing() {
    let rows = (0..200).map(|at| format!("{},{},{}\n", at / 50, at % 50, at / 50 + at * 7 % 11));
    let plain = rows.fold("chain,draw,mu\n".to_owned(), |text, row| text + &row);
    let marked = format!("\u{feff}{}", plain.replace('\n', "\r\n"));
    let (plain, marked) = (written("plain.csv", &plain), written("marked.csv", &marked));
    let (plain, marked) = (json(&[&plain]), json(&[&marked]));
    assert_eq!((&plain["chains"], names(&plain)), (&4.into(), vec!["mu"]));
    for part in ["chains", "draws", "summary", "warnings"] {
        assert_eq!(marked[part], plain[part], "{part}");
    }
    let stan = std::fs::read_to_string(stan("new_1.csv")).unwrap();
    let marked = written("new_marked.csv", &format!("\u{feff}{}", stan.replace('\n', "\r\n")));
    assert_eq!(json(&[&marked])["summary"], json(&[&written("new_plain.csv", &stan)])["summary"]);
}

#[test]
fn a_last_row_without_an_end_of_line_counts_for_nothing() {
    let row = |draw: usize| format!("-1,{}\n", draw % 7);
    let whole = (0..20).map(row).fold("# num_samples = 20\nlp__,tau\n".to_owned(), |text, row| text + &row);
    let last = format!("{}-1,12345.678\n", whole.trim_end_matches("-1,5\n"));
    let files = [written("whole_1.csv", &last), written("whole_2.csv", &whole)];
    assert_eq!(json(&[&files[0], &files[1]])["draws"], 20);
    let cut = written("cut_1.csv", last.trim_end_matches("45.678\n"));
    let found = summary(&[&cut, &files[1]]).success().stderr(contains("the last row of"));
    found.stderr(contains("19 of 20 draws are used")).stderr(contains("of each chain the first 19 draws are used"));
    let object = json(&[&cut, &files[1]]);
    assert_eq!((&object["draws"], &object["chains"]), (&19.into(), &2.into()));
    assert!(object["summary"][1]["mean"].as_f64().unwrap() < 7.0, "no part of 12345.678 is in it");
    // The same of a table: left out, its chain would be shorter than others.
    let table = written("cut_table.csv", "chain,draw,x\n1,1,2\n1,2,12345.6");
    summary(&[&table]).failure().code(2).stderr(contains("line 3, has no end, so that it may be cut off"));
}

#[test]
fn files_of_other_kinds_are_named_for_what_they_are() {
    for (name, head, expected) in [
        ("draws.nc", &b"\x89HDF\r\n\x1a\n\0\0\0"[..], "is NetCDF or HDF5, not text: save the draws as Zarr"),
        ("draws3.nc", b"CDF\x01\0\0", "is NetCDF, not text: save the draws as Zarr"),
        ("draws.zarr.zip", b"PK\x03\x04\x14\0", "is a zip archive: unpack it"),
        ("draws.csv.gz", b"\x1f\x8b\x08\0", "is compressed with gzip: decompress it"),
        ("draws.parquet", b"PAR1\x15\x04", "is Parquet, not text"),
        ("draws-utf16.csv", b"\xff\xfec\0h\0", "is text in UTF-16: save it as UTF-8"),
    ] {
        let path = written(name, "");
        std::fs::write(&path, head).unwrap();
        summary(&[&path]).failure().code(2).stderr(contains(expected));
    }
}

#[test]
fn independent_draws_are_told_without_what_is_said_of_chains() {
    for (method, columns) in [("pathfinder", "lp_approx__,lp__,mu"), ("laplace", "log_p__,log_q__,mu")] {
        let rows = (0..100).map(|draw| format!("-1,-2,{}\n", draw % 10));
        let text = rows.fold(format!("# method = {method}\n{columns}\n"), |text, row| text + &row);
        let file = written(&format!("{method}.csv"), &text);
        let object = json(&[&file]);
        assert_eq!((&object["method"], &object["draws"]), (&method.into(), &100.into()));
        let row = object["summary"].as_array().unwrap().iter().find(|row| row["parameter"] == "mu").unwrap();
        assert_eq!((&row["mean"], &row["q50"]), (&4.5.into(), &4.5.into()));
        for key in ["ess_bulk", "ess_tail", "mcse_mean", "mcse_sd", "r_hat"] {
            assert_eq!(row[key], "nan", "{key}");
        }
        let told =
            summary(&[&file]).success().stderr(contains(format!("100 independent draws of the method `{method}`")));
        let output = told.get_output().clone();
        let (out, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(out.contains("mu") && !out.contains("r_hat") && !out.contains("ess"), "{out}");
        assert!(!error.contains("chain was run"), "{error}");
        let chain = written("chain.csv", &text.replace(&format!("# method = {method}\n"), ""));
        summary(&[&chain, &file]).failure().code(2).stderr(contains("independent draws of an approximation"));
        Command::cargo_bin("ridgewalk").unwrap().args(["report", &file, "--out", "-"]).assert().failure().code(2);
    }
    let file = written("variational.csv", "# method = variational\nlp__,mu\n0,1\n");
    summary(&[&file]).failure().code(2).stderr(contains("written by the method `variational`"));
    let file = written("unknown.csv", "# method = walnuts\nlp__,mu\n0,1\n");
    summary(&[&file]).failure().code(2).stderr(contains("written by the method `walnuts`"));
}
