//! Reading a pip requirements file of exact versions with hashes.

use sha2::{Digest as _, Sha256};

/// One pinned package, with its lines as pip wants them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    pub name: String,
    pub version: String,
    pub text: String,
}

/// The requirements of a file in their order. Comments and empty lines are dropped, continued lines joined.
pub fn parse(file: &str) -> Vec<Requirement> {
    let without_comments: Vec<&str> = file
        .lines()
        .map(|line| line.split_once('#').map_or(line, |(before, _)| before).trim_end())
        .collect();
    let joined = without_comments.join("\n").replace("\\\n", " ");
    joined.lines().filter_map(|line| requirement(line.trim())).collect()
}

fn requirement(line: &str) -> Option<Requirement> {
    let (name, rest) = line.split_once("==")?;
    let version = rest.split([' ', ';']).next()?;
    let text = line.split_whitespace().collect::<Vec<_>>().join(" ");
    Some(Requirement { name: name.trim().to_owned(), version: version.trim().to_owned(), text })
}

/// A folder name that changes whenever any version or hash does.
pub fn folder_name(wanted: &[Requirement]) -> String {
    let text: Vec<&str> = wanted.iter().map(|requirement| requirement.text.as_str()).collect();
    let digest = Sha256::digest(text.join("\n"));
    let short: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    match wanted {
        [one] => format!("{}-{}-{short}", one.name, one.version),
        _ => format!("set-{short}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# a comment\n\na-tool==1.2.3 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb  # both machines\nother==4 ; python_version < '3.12' --hash=sha256:cc\n";

    #[test]
    fn continued_lines_are_one_requirement() {
        let found = parse(FILE);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].text, "a-tool==1.2.3 --hash=sha256:aa --hash=sha256:bb");
        assert_eq!((found[1].name.as_str(), found[1].version.as_str()), ("other", "4"));
    }

    #[test]
    fn another_hash_is_another_folder() {
        let before = parse(FILE);
        let after = parse(&FILE.replace("sha256:bb", "sha256:bc"));
        assert!(folder_name(&before[..1]).starts_with("a-tool-1.2.3-"));
        assert_ne!(folder_name(&before[..1]), folder_name(&after[..1]));
        assert_eq!(folder_name(&before[1..]), folder_name(&after[1..]));
    }
}
