//! How deep a document goes, told without recursion: the parser calls itself for each level before any bound of the
//! schema is asked, and a stack that runs over ends the process.

/// The most brackets of a document that are open at once. What stands in strings and comments is none
/// (GraphQL, October 2021, section 2.1).
pub(crate) fn deepest(document: &str) -> usize {
    let (bytes, mut at) = (document.as_bytes(), 0);
    let (mut open, mut most, mut blocks) = (0_usize, 0, true);
    while let Some(byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'{' | b'[' | b'(' => {
                open += 1;
                most = most.max(open);
            }
            b'}' | b']' | b')' => open = open.saturating_sub(1),
            b'#' => at += bytes[at..].iter().take_while(|byte| !matches!(byte, b'\n' | b'\r')).count(),
            b'"' => match string(&bytes[at..], &mut blocks) {
                Some(length) => at += length,
                // The parser stops here as well.
                None => break,
            },
            _ => {}
        }
    }
    most
}

/// Bytes of a string after its first quote, if it ends. `blocks` says whether a block string may end any more: the rest of
/// the document is looked through for the end of one at most once in vain.
fn string(rest: &[u8], blocks: &mut bool) -> Option<usize> {
    if let Some(block) = rest.strip_prefix(b"\"\"").filter(|_| *blocks) {
        if let Some(end) = block_end(block) {
            return Some(2 + end);
        }
        *blocks = false;
    }
    let mut at = 0;
    while let Some(byte) = rest.get(at) {
        match byte {
            b'"' => return Some(at + 1),
            b'\n' | b'\r' => return None,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    None
}

/// Bytes to the end of a block string, its quotes included.
fn block_end(block: &[u8]) -> Option<usize> {
    let mut at = 0;
    while at < block.len() {
        if block[at..].starts_with(br#"\""""#) {
            at += 4;
        } else if block[at..].starts_with(br#"""""#) {
            return Some(at + 3);
        } else {
            at += 1;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::deepest;

    #[test]
    fn brackets_are_counted_and_words_are_not() {
        assert_eq!(deepest("{ viewer { agent { id } } customers(first: 2) { edges { node { id } } } }"), 4);
        assert_eq!(deepest(r#"{ a(text: "((((((") }"#), 2);
        assert_eq!(deepest(r#"{ a(text: "\"((((") }"#), 2);
        assert_eq!(deepest(r#"{ a(text: """ (( \""" (( """) }"#), 2);
        assert_eq!(deepest("{ a # ((((\n b { c } }"), 2);
        assert_eq!(deepest(&"{a".repeat(30_000)), 30_000);
        assert_eq!(deepest(&format!("{{a(b:{}", "[".repeat(60_000))), 60_002);
    }

    #[test]
    fn closing_what_is_not_open_hides_nothing() {
        for hidden in ["# }}}}\n", "\"}}}}\" ", "\"\"\"}}}}\"\"\" ", "}}}}"] {
            assert_eq!(deepest(&format!("{hidden}{{{{{{{{")), 4, "{hidden}");
        }
        assert_eq!(deepest("{ a(b: \"\"\" [[[["), 2, "a string without an end ends the document");
        assert_eq!(deepest("{ a(b: \" [[[[\n [[[["), 2, "a string ends on its line");
        assert_eq!(deepest("{ a(b: \"\"\" [ \" [[[ "), 5, "an empty string, and one more");
        assert_eq!(deepest(&format!("\"{}", "\\\"".repeat(30_000))), 0);
        assert_eq!(deepest(&"\"\"\"\\".repeat(15_000)), 0);
        assert_eq!(deepest(r#"["" "[[" ]"#), 1, "an empty string is one");
    }
}
