//! A report as one self-contained page, which can show several runs for comparison.

use super::Report;

const PAGE: &str = include_str!("page.html");

/// Returns the page of these runs.
///
/// # Errors
/// If a report cannot be serialized, which does not happen.
pub fn page(reports: &[&Report]) -> serde_json::Result<String> {
    // `<` appears in JSON only inside strings, where it may be escaped; `</script>` would end the data.
    let json = serde_json::to_string(reports)?.replace('<', "\\u003c");
    Ok(PAGE.replacen("RUNS", &json, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_has_its_place_and_asks_nobody() {
        assert_eq!(PAGE.matches("RUNS").count(), 1);
        assert!(!PAGE.contains("src=") && !PAGE.contains("@import"));
        let addresses: Vec<_> = PAGE.match_indices("http").map(|(at, _)| &PAGE[at..at + 18]).collect();
        assert_eq!(addresses, ["http://www.w3.org/"], "a namespace, and no address that is asked");
    }
}
