//! What the README says of how the programs differ.

const README: &str = include_str!("../../README.md");

/// Returns the names of the rows of the table in which the README says where the programs differ on
/// purpose.
pub fn differences() -> Vec<&'static str> {
    let chapter = README.split("\n## Coming from the AWS CLI\n").nth(1);
    let chapter = chapter.unwrap().split("\n## ").next().unwrap();
    let table = chapter.split("| where they differ |").nth(1).unwrap();
    let rows = table.lines().skip(2);
    let rows = rows.map_while(|row| row.strip_prefix("| "));
    rows.map(|row| row.split(" | ").next().unwrap()).collect()
}
