//! Texts as they are told, where somebody else may have made them long.

use std::borrow::Cow;

/// Returns a text, a long one by its first characters.
pub fn shortened(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None => text.into(),
    }
}
