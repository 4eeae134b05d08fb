//! What the library that parses expressions does not refuse, and should.

use super::next_quoted;

/// So many operators may stand within and behind one another: each takes a part of the stack where an
/// expression is read and searched. The AWS CLI gives up at about as many.
const MAX_LEVELS: usize = 500;

/// Checks an expression before it is parsed.
///
/// # Errors
/// If it is too deep, or a list has two items without a comma between them, which the library takes.
pub(super) fn check(expression: &str) -> Result<(), String> {
    if levels(expression) > MAX_LEVELS {
        return Err(format!(
            "more than {MAX_LEVELS} operators stand within and behind one another; pick with fewer"
        ));
    }
    match behind_an_item(expression) {
        Some(rest) => Err(format!("a comma or an operator is missing before {rest}")),
        None => Ok(()),
    }
}

/// Returns how many operators stand within and behind one another at the most, which is no less than
/// the depth of the expression.
fn levels(expression: &str) -> usize {
    let (mut level, mut deepest, mut around) = (0, 0, Vec::new());
    let mut rest = expression;
    while !rest.is_empty() {
        let (operators, after) = match next_quoted(rest) {
            Some((before, _, after)) => (before, after),
            None => (rest, ""),
        };
        let mut previous = ' ';
        for letter in operators.chars() {
            match letter {
                '(' | '[' | '{' => {
                    level += 1;
                    around.push(level);
                }
                ')' | ']' | '}' => level = around.pop().unwrap_or(level),
                ',' => level = around.last().copied().unwrap_or(level),
                // The second letter of an operator.
                '|' | '&' | '=' if matches!(previous, '|' | '&' | '=' | '!' | '<' | '>') => {}
                '.' | '|' | '&' | '=' | '!' | '<' | '>' => level += 1,
                _ => {}
            }
            deepest = deepest.max(level);
            previous = letter;
        }
        rest = after;
    }
    deepest
}

/// Returns the rest of an expression from the first item of a list on that stands right behind another
/// one. The arguments of a function may stand so: for the AWS CLI, too.
fn behind_an_item(expression: &str) -> Option<&str> {
    let mut rest = expression;
    let (mut is_value, mut around) = (false, Vec::new());
    while !rest.is_empty() {
        let (operators, quoted, after) = next_quoted(rest).unwrap_or((rest, "", ""));
        let mut is_name = false;
        for (at, letter) in operators.char_indices() {
            let was_name = is_name;
            is_name = letter.is_ascii_alphanumeric() || letter == '_';
            let begins_value = is_name && !was_name || matches!(letter, '@' | '{');
            if is_value && begins_value && around.last() == Some(&'[') {
                return Some(&rest[at..]);
            }
            match letter {
                '(' | '[' | '{' => around.push(letter),
                ')' | ']' | '}' => drop(around.pop()),
                _ => {}
            }
            is_value = is_name
                || matches!(letter, '@' | '*' | ')' | ']' | '}')
                || is_value && letter.is_ascii_whitespace();
        }
        if is_value && !quoted.is_empty() && around.last() == Some(&'[') {
            return Some(&rest[operators.len()..]);
        }
        is_value = !quoted.is_empty();
        rest = after;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_items_of_a_list_have_a_comma_or_an_operator_between_them() {
        for (wrong, rest) in [
            ("[A, B C]", "C]"),
            ("[A B, C]", "B, C]"),
            ("[A\tB]", "B]"),
            ("[A@]", "@]"),
            ("[* @]", "@]"),
            ("[A[0] 'x', B]", "'x', B]"),
            ("['a' \"b\"]", "\"b\"]"),
            ("[`1``2`]", "`2`]"),
            ("length([A B])", "B])"),
            ("[_@]", "@]"),
            ("[(A) {b: B}]", "{b: B}]"),
        ] {
            assert_eq!(behind_an_item(wrong), Some(rest), "{wrong}");
        }
        for right in [
            "Versions[*].[Version, CodeSha256] | [0]",
            "Functions[?Runtime=='python3.13' && !starts_with(Name,'a b') || `1` < A]. {n : Name}",
            "sort_by(Versions, &LastModified)[-1:0:-1].*.\"a b\"[]",
            "[ A , 'it\\'s x', \"y\" ] ",
            "{a:A,b:[?@ != `[1, 2]`]}.a[ 0 ]",
            "[join(',' A), B]",
            "",
        ] {
            assert_eq!(behind_an_item(right), None, "{right}");
        }
    }
}
