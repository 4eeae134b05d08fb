//! Texts of files, as they are shown to people.

/// Shows control characters instead of letting a file of somebody's move the cursor.
pub(super) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_control() {
            shown.extend(letter.escape_unicode());
        } else {
            shown.push(letter);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_shown_and_letters_are_as_they_are() {
        assert_eq!(visible("gr\u{fc}\u{df}e \u{2192}"), "grüße →");
        assert_eq!(
            visible("a\u{1b}[2J\u{7f}\u{9b}"),
            "a\\u{1b}[2J\\u{7f}\\u{9b}"
        );
    }
}
