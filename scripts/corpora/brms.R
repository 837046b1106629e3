# Writes the Stan programs that the R package brms makes for its own tests, one file for each call of stancode().
#
#     Rscript scripts/corpora/brms.R BRMS_SOURCES FOLDER
#
# BRMS_SOURCES is a source tree of brms (https://github.com/paul-buerkner/brms); brms itself and testthat must be installed.
arguments <- commandArgs(trailingOnly = TRUE)
sources <- arguments[1]
folder <- arguments[2]
dir.create(folder, showWarnings = FALSE, recursive = TRUE)
suppressPackageStartupMessages({
  library(testthat)
  library(brms)
})

count <- 0
keep <- function(...) {
  code <- brms:::stancode(...)
  count <<- count + 1
  writeLines(as.character(code), file.path(folder, sprintf("model_%03d.stan", count)))
  code
}

scope <- new.env(parent = asNamespace("brms"))
scope$stancode <- keep
scope$make_stancode <- keep
# Each test goes on after an expectation that fails: the programs are wanted, not the verdict of the tests.
scope$test_that <- function(name, code) {
  for (line in as.list(substitute(code))[-1]) {
    try(eval(line, scope), silent = TRUE)
  }
}
scope$context <- function(...) NULL
scope$skip_on_cran <- function(...) NULL
for (line in parse(file.path(sources, "tests/testthat/tests.stancode.R"))) {
  try(eval(line, scope), silent = TRUE)
}
cat(count, "models in", folder, "\n")
