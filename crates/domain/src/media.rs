//! Files of messages: what is kept, under which type, and how it may be shown.

use crate::ids::{AttachmentId, TenantId};

/// Largest file that is kept, bytes.
pub const LARGEST: usize = 25 * 1024 * 1024;

/// Where a file stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaState {
    /// To be fetched.
    Pending,
    /// Kept.
    Stored,
    /// The provider does not give it (any more).
    Failed,
    /// It is not kept: too large, empty or dangerous.
    Refused,
}

impl MediaState {
    /// All states.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Stored, Self::Failed, Self::Refused];

    /// The stored text.
    pub fn code(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Stored => "stored",
            Self::Failed => "failed",
            Self::Refused => "refused",
        }
    }

    /// Read back from the database.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// What runs when it is opened, by what its first bytes say.
const DANGEROUS: &[&str] = &[
    "application/vnd.microsoft.portable-executable",
    "application/x-executable",
    "application/x-mach-binary",
    "application/x-msdownload",
    "application/java-archive",
    "application/java-vm",
    "application/vnd.android.dex",
    "application/wasm",
    "application/x-msi",
    "application/x-shockwave-flash",
    "text/x-shellscript",
];

/// What runs when it is opened, by the end of its name: scripts look like texts.
const ENDINGS: &[&str] = &[
    "bat", "chm", "cmd", "com", "cpl", "dll", "exe", "hta", "jar", "js", "jse", "lnk", "msi", "msp", "pif", "ps1",
    "reg", "scr", "sh", "vbe", "vbs", "wsf", "wsh",
];

/// The media type a file is kept under, or why it is not kept, in words.
///
/// * `sniffed`: what its first bytes say; wins over what the sender declares, for senders err and lie.
pub fn judge(bytes: &[u8], sniffed: Option<&str>, declared: Option<&str>, name: &str) -> Result<String, String> {
    if bytes.is_empty() {
        return Err("the file is empty".to_owned());
    }
    if bytes.len() > LARGEST {
        return Err(too_large());
    }
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).unwrap_or_default();
    if sniffed.is_some_and(|kind| DANGEROUS.contains(&kind)) || ENDINGS.contains(&ending.as_str()) {
        return Err("programs and scripts are not kept: ask for another format".to_owned());
    }
    if let Some(kind) = sniffed.filter(|kind| !kind.starts_with("text/")) {
        return Ok(kind.to_owned());
    }
    let declared = declared.and_then(|kind| kind.split(';').next()).map(|kind| kind.trim().to_lowercase());
    // As a whole: it is handed out as UTF-8.
    let text = !bytes.contains(&0) && std::str::from_utf8(bytes).is_ok();
    Ok(match declared.as_deref() {
        // A page or a drawing with scripts in it is shown as its source.
        Some("text/csv" | "text/calendar" | "text/vcard") if text => declared.unwrap_or_default(),
        _ if text => "text/plain".to_owned(),
        // Sound without a head of its own, as some phones record it.
        Some("audio/amr" | "audio/silk" | "audio/aac" | "audio/ogg") => declared.unwrap_or_default(),
        _ => "application/octet-stream".to_owned(),
    })
}

/// Why a file that is too large is not kept.
pub fn too_large() -> String {
    format!("the file is larger than {} MiB", LARGEST / 1024 / 1024)
}

/// A name for people: one line without folders and without marks that hide how it ends.
pub fn file_name(name: &str) -> String {
    let hidden = |c: char| {
        c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = last.chars().filter(|c| !hidden(*c)).take(200).collect();
    name.trim().to_owned()
}

/// A name for a file that came without one.
pub fn named(name: &str, content_type: &str) -> String {
    if !name.is_empty() {
        return name.to_owned();
    }
    let ending = match content_type {
        "image/jpeg" => "jpg",
        "text/plain" => "txt",
        "audio/mpeg" => "mp3",
        "application/octet-stream" => "bin",
        other => other.rsplit(['/', '-', '.']).next().unwrap_or("bin"),
    };
    format!("file.{}", ending.split('+').next().unwrap_or("bin"))
}

/// Whether a browser may show it in place; all else is downloaded. Nothing here can carry a script.
pub fn shown_in_place(content_type: &str) -> bool {
    matches!(
        content_type,
        "image/png"
            | "image/jpeg"
            | "image/gif"
            | "image/webp"
            | "audio/mpeg"
            | "audio/ogg"
            | "audio/x-wav"
            | "audio/m4a"
            | "video/mp4"
            | "video/webm"
            | "application/pdf"
            | "text/plain"
    )
}

/// Where a file lies in the object store.
pub fn key(tenant: TenantId, attachment: AttachmentId) -> String {
    format!("{}/{}", tenant.0.simple(), attachment.0.simple())
}

/// Whether an attachment of this kind is a file of its own: links and cards that a provider lists among attachments are not.
pub fn is_file(kind: &str) -> bool {
    !matches!(kind, "fallback" | "template" | "link" | "location")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_bytes_say_wins_and_programs_are_not_kept() {
        let png = judge(b"\x89PNG", Some("image/png"), Some("text/html"), "x.png");
        assert_eq!(png.as_deref(), Ok("image/png"));
        assert_eq!(judge(b"a,b", None, Some("text/csv; charset=utf-8"), "a.csv").as_deref(), Ok("text/csv"));
        let page = judge(b"<script>", Some("text/html"), Some("text/html"), "a.html");
        assert_eq!(page.as_deref(), Ok("text/plain"), "a page is shown as its source");
        assert_eq!(judge(b"<svg/>", None, Some("image/svg+xml"), "a.svg").as_deref(), Ok("text/plain"));
        assert_eq!(judge(b"\0\x01\x02", None, Some("image/png"), "a").as_deref(), Ok("application/octet-stream"));
        let late = [&[b'a'; 5000][..], &[0xe9, 0x20]].concat();
        assert_eq!(judge(&late, None, None, "latin1.txt").as_deref(), Ok("application/octet-stream"), "not UTF-8");
        for (bytes, sniffed, name) in [
            (&b"MZ"[..], Some("application/vnd.microsoft.portable-executable"), "holiday.jpg"),
            (b"echo", None, "run.BAT"),
            (b"", None, "a.txt"),
        ] {
            assert!(judge(bytes, sniffed, None, name).is_err(), "{name}");
        }
        assert!(judge(&vec![b'a'; LARGEST + 1], None, None, "a.txt").unwrap_err().contains("25 MiB"));
    }

    #[test]
    fn names_lead_nowhere() {
        assert_eq!(file_name("../../etc/passwd"), "passwd");
        assert_eq!(file_name("C:\\x\\a\u{202e}gpj.exe\r\n"), "agpj.exe");
        assert_eq!((named("", "image/jpeg").as_str(), named("a.b", "x").as_str()), ("file.jpg", "a.b"));
        assert!(!shown_in_place("image/svg+xml") && !shown_in_place("text/html") && shown_in_place("image/png"));
    }
}
