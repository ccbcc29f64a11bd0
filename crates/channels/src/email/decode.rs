//! Transfer encodings and charsets. What senders get wrong is repaired, never refused: a label may be missing, unknown
//! or a lie, and encoded data may hold anything.

use mail_parser::decoders::charsets::map::charset_decoder;

/// Content-Transfer-Encoding (RFC 2045 6).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// 7bit, 8bit, binary, and whatever nobody knows.
    #[default]
    Identity,
    Base64,
    QuotedPrintable,
}

impl Encoding {
    pub(crate) fn of(label: &str) -> Self {
        let label = label.trim().to_ascii_lowercase();
        if label.starts_with("base64") {
            Self::Base64
        } else if label.starts_with("quoted-printable") {
            Self::QuotedPrintable
        } else {
            Self::Identity
        }
    }

    pub(crate) fn decode(self, raw: &[u8]) -> Vec<u8> {
        match self {
            Self::Identity => raw.to_vec(),
            Self::Base64 => base64(raw),
            Self::QuotedPrintable => quoted_printable(raw),
        }
    }
}

/// Characters outside the alphabet are skipped (RFC 2045 6.8); padding in the middle starts a new group, as it does
/// where somebody joined two encoded files. Plain text below, as list programs append it, is not decoded.
fn base64(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len() / 4 * 3);
    let mut padded = None;
    let (mut bits, mut count) = (0u32, 0u32);
    for byte in raw {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => {
                (bits, count) = (0, 0);
                padded = Some(out.len());
                continue;
            }
            _ if byte.is_ascii_whitespace() => continue,
            _ => match padded {
                Some(end) => {
                    out.truncate(end);
                    break;
                }
                None => continue,
            },
        };
        bits = (bits << 6 | u32::from(value)) & 0x00ff_ffff;
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
        }
    }
    out
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).map(|digit| digit as u8)
}

/// A `=` that starts nothing stays as it is (RFC 2045 6.7 note 3); white space at line ends was added on the way.
fn quoted_printable(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    for line in raw.split_inclusive(|byte| *byte == b'\n') {
        let text = line.trim_ascii_end();
        let ending = if line.ends_with(b"\r\n") { 2 } else { usize::from(line.ends_with(b"\n")) };
        let mut at = 0;
        let mut soft = false;
        while let Some(byte) = text.get(at) {
            let pair = text.get(at + 1).copied().and_then(hex).zip(text.get(at + 2).copied().and_then(hex));
            match (byte, pair) {
                (b'=', Some((high, low))) => {
                    out.push(high << 4 | low);
                    at += 2;
                }
                (b'=', None) if at + 1 == text.len() => soft = true,
                _ => out.push(*byte),
            }
            at += 1;
        }
        if !soft {
            out.extend_from_slice(&line[line.len() - ending..]);
        }
    }
    out
}

/// Text of any charset label: the named one, else UTF-8, else windows-1252, which takes everything.
pub(crate) fn text(bytes: &[u8], label: Option<&str>) -> String {
    let utf8 = std::str::from_utf8(bytes).ok();
    let label = label.map(|label| label.trim().trim_matches(['"', '\'']).to_ascii_lowercase()).unwrap_or_default();
    let escapes = bytes.windows(2).any(|pair| matches!(pair, b"\x1b$" | b"\x1b("));
    let label = match label.as_str() {
        "" | "us-ascii" | "ascii" | "utf-8" | "utf8" | "unknown-8bit" | "default" if escapes => "iso-2022-jp",
        "" | "us-ascii" | "ascii" | "utf-8" | "utf8" | "unknown-8bit" | "default" => "",
        other => other,
    };
    let decoded = match (charset_decoder(label.as_bytes()), utf8) {
        (Some(decode), _) if !label.is_empty() => decode(bytes),
        (_, Some(text)) => text.to_owned(),
        // Mostly UTF-8, cut or damaged somewhere, beats reading all of it as something else.
        (_, None) if mostly_utf8(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        (_, None) => charset_decoder(b"windows-1252")
            .map_or_else(|| String::from_utf8_lossy(bytes).into_owned(), |decode| decode(bytes)),
    };
    let decoded = decoded.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(decoded);
    if decoded.contains('\0') { decoded.replace('\0', "") } else { decoded }
}

fn mostly_utf8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good > bad * 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_encodings_give_what_they_hold() {
        assert_eq!(Encoding::Base64.decode(b"SGVs\r\nbG8=\r\nIQ=="), b"Hello!");
        assert_eq!(Encoding::Base64.decode(b"SGVsbG8"), b"Hello");
        assert_eq!(Encoding::Base64.decode(b"SGVsbG8=\n\nlist of x.example"), b"Hello");
        assert_eq!(Encoding::QuotedPrintable.decode(b"a=C3=A9 =\r\nb=3D = =zz  \r\nc"), "aé b= = =zz\r\nc".as_bytes());
    }

    #[test]
    fn charsets_of_east_and_west_and_wrong_labels() {
        assert_eq!(text(b"\xc4\xe3\xba\xc3", Some("gb18030")), "你好");
        assert_eq!(text(b"\xc4\xe3\xba\xc3", Some("GB2312")), "你好");
        assert_eq!(text(b"\x1b$B$3$s$K$A$O\x1b(B", Some("ISO-2022-JP")), "こんにちは");
        assert_eq!(text(b"\x1b$B$3$s$K$A$O\x1b(B", None), "こんにちは");
        assert_eq!(text("größe".as_bytes(), Some("us-ascii")), "größe");
        assert_eq!(text(b"gr\xf6\xdfe", Some("utf-8")), "größe");
        assert_eq!(text(b"gr\xf6\xdfe", Some("x-nobody-knows")), "größe");
        assert_eq!(text(b"a\0b", None), "ab");
    }
}
