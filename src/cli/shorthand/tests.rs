use std::io::Write as _;

use proptest::prelude::*;

use super::*;

fn parsed(text: &str) -> Result<String, String> {
    let parsed = parse("--x", text).map(|members| Value::Object(members).compact());
    parsed.map_err(|failure| match failure {
        Failure::Usage(message) => message,
        other => panic!("{other:?}"),
    })
}

#[test]
fn the_documented_forms_are_understood() {
    for (text, json) in [
        ("a=b", r#"{"a":"b"}"#),
        ("a=b,c=d", r#"{"a":"b","c":"d"}"#),
        (
            "Variables={A=1,B=two}",
            r#"{"Variables":{"A":"1","B":"two"}}"#,
        ),
        ("Variables={}", r#"{"Variables":{}}"#),
        ("k=a,b,k2=c", r#"{"k":["a","b"],"k2":"c"}"#),
        ("k=[a,b]", r#"{"k":["a","b"]}"#),
        ("k=[a,b,]", r#"{"k":["a","b"]}"#),
        ("k=[]", r#"{"k":[]}"#),
        ("k=[{a=b},{c=d}]", r#"{"k":[{"a":"b"},{"c":"d"}]}"#),
        ("k=[,,]", r#"{"k":["",""]}"#),
        ("k=[a=b,c=d]", r#"{"k":["a=b","c=d"]}"#),
        (r"k=a,\,b", r#"{"k":["a",",b"]}"#),
        ("a=b,\nc= d ,  e\n", r#"{"a":"b","c":["d","e"]}"#),
        ("k=[[a],[]]", r#"{"k":[["a"],[]]}"#),
        ("k={a={b=c}},d=e", r#"{"k":{"a":{"b":"c"}},"d":"e"}"#),
        ("k={a=[b,c],d=e,}", r#"{"k":{"a":["b","c"],"d":"e"}}"#),
        (r"k=a\,b", r#"{"k":"a,b"}"#),
        (r"k=a\b", r#"{"k":"a\\b"}"#),
        ("k='a,b',l=\"c d\"", r#"{"k":"a,b","l":"c d"}"#),
        ("k='a',\"b\",c,l=d", r#"{"k":["a","b","c"],"l":"d"}"#),
        (r"k='it\'s'", r#"{"k":"it's"}"#),
        (r"k='a\\',l='\n'", r#"{"k":"a\\","l":"\\n"}"#),
        ("k=", r#"{"k":""}"#),
        ("k={a=,b='x'}", r#"{"k":{"a":"","b":"x"}}"#),
        ("k={a=}}", r#"{"k":{"a":"}"}}"#),
        ("=b", r#"{"":"b"}"#),
        ("a=b,,c=d", r#"{"a":"b","c":"d"}"#),
        ("a=b, ,c=d", r#"{"a":"b","c":"d"}"#),
        (r"k='a\'", r#"{"k":"a\\"}"#),
        (r"k='it\'s',l=x", r#"{"k":"it's","l":"x"}"#),
        ("k=,l=a", r#"{"k":"","l":"a"}"#),
        ("k=a=b", r#"{"k":"a=b"}"#),
        ("k={a=b=c}", r#"{"k":{"a":"b=c"}}"#),
        ("k=a,b]", r#"{"k":["a","b]"]}"#),
        ("a = b , c = d", r#"{"a":"b","c":"d"}"#),
        (
            "k = { a = b , c = [ d , e ] }",
            r#"{"k":{"a":"b","c":["d","e"]}}"#,
        ),
        ("a=b\n", r#"{"a":"b"}"#),
        ("url=http://x/y?z", r#"{"url":"http://x/y?z"}"#),
        ("k=é€", r#"{"k":"é€"}"#),
    ] {
        assert_eq!(parsed(text).as_deref(), Ok(json), "{text}");
    }
}

#[test]
fn deep_nesting_is_refused_not_overflowed() {
    for text in ["a={".repeat(200_000), format!("a={}", "[".repeat(200_000))] {
        assert!(parsed(&text).unwrap_err().contains("More than 32 brackets"));
    }
}

#[test]
fn what_is_no_shorthand_is_told_with_the_place() {
    for (text, problem) in [
        ("", "Expected: '=', received: 'EOF' for input:\n\n^"),
        ("a", "Expected: '=', received: 'EOF' for input:\na\n ^"),
        (
            "a=b,",
            "Expected: '<second>', received: '<none>' for input:\na=b,\n    ^",
        ),
        (
            "a={b=c",
            "Expected: ',', received: 'EOF' for input:\na={b=c\n      ^",
        ),
        (
            "a={b=}",
            "Expected: ',', received: 'EOF' for input:\na={b=}\n      ^",
        ),
        (
            "a=[b",
            "Expected: ',', received: 'EOF' for input:\na=[b\n    ^",
        ),
        (
            "a={b=c}\n",
            "Expected: ',', received: 'EOF' for input:\na={b=c}\n\n^",
        ),
        (
            "a=b}",
            "Expected: ',', received: '}' for input:\na=b}\n   ^",
        ),
        (
            "a=it's",
            "Expected: ',', received: ''' for input:\na=it's\n    ^",
        ),
        ("é=b", "Expected: '=', received: 'é' for input:\né=b\n^"),
        (
            "a=😀",
            "Expected: ',', received: '😀' for input:\na=😀\n  ^",
        ),
        (
            "a=x,\nb='y\nz",
            "Expected: '<singled quoted>', received: '<none>' for input:\na=x,\nb='y\n  ^\nz",
        ),
        (
            "a=b,c=d , a=c",
            "Second instance of key \"a\" encountered for input:\na=b,c=d , a=c\n         ^\n\
             This is often because there is a preceding \",\" instead of a space.",
        ),
        (
            "m={a=b,a=c}",
            "Second instance of key \"a\" encountered for input:\nm={a=b,a=c}\n       ^\n\
             This is often because there is a preceding \",\" instead of a space.",
        ),
    ] {
        let message = format!("Error parsing parameter '--x': {problem}");
        assert_eq!(parsed(text), Err(message), "{text}");
    }
}

#[test]
fn values_are_read_from_files_where_the_key_says_so() {
    let mut named = tempfile::Builder::new().prefix("a,b").tempfile().unwrap();
    named.write_all("é,}\n".as_bytes()).unwrap();
    let file = format!("'file://{}'", named.path().display());
    for (text, json) in [
        (format!("k@={file}"), r#"{"k":"é,}\n"}"#),
        (
            format!("k={{a@={file},b=c}}"),
            r#"{"k":{"a":"é,}\n","b":"c"}}"#,
        ),
        (format!("k@={file},x"), r#"{"k":["é,}\n","x"]}"#),
        (format!("k@=[{file}]"), r#"{"k":["é,}\n"]}"#),
        ("k@=plain".to_owned(), r#"{"k":"plain"}"#),
        ("k=file://x".to_owned(), r#"{"k":"file://x"}"#),
    ] {
        assert_eq!(parsed(&text).as_deref(), Ok(json), "{text}");
    }
    let message = parsed("k@=file:///nowhere").unwrap_err();
    assert!(message.contains("file:///nowhere"), "{message}");
}

proptest! {
    #[test]
    fn words_without_quotes_mean_themselves(
        texts in prop::collection::vec("[A-Za-z0-9_.#/:;!?*+ -]{0,6}[A-Za-z0-9]", 2..5),
    ) {
        let list = texts.iter().map(|text| Value::string(text.trim_start())).collect();
        let expected = Value::object([("k", Value::Array(list)), ("l", Value::string("x"))]);
        prop_assert_eq!(parsed(&format!("k={},l=x", texts.join(","))), Ok(expected.compact()));
    }

    #[test]
    fn arbitrary_text_never_panics(text in any::<String>()) {
        drop(parsed(&text));
    }

    #[test]
    fn text_like_shorthand_never_panics(text in "[ab=,@'\"\\\\\\[\\]{} é\n]{0,24}") {
        drop(parsed(&text));
    }
}
