//! A report as one page that needs nothing else: several runs are laid over each other.

use super::Report;

const PAGE: &str = include_str!("page.html");

/// The page of these runs.
///
/// # Errors
/// When a report has no JSON, which cannot be.
pub fn page(reports: &[&Report]) -> serde_json::Result<String> {
    // `<` appears in JSON only inside strings, where it may be written so; `</script>` would end the data.
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
