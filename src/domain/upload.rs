//! Files that visitors and agents attach: what may be one, what it is called, where it is found.
//!
//! The name decides what a file is, and for pictures the first bytes must agree: only those are ever shown in place, and
//! none of them can hold a script. Everything else is saved by whoever wants it.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use uuid::Uuid;

use super::message::{Attachment, AttachmentKind};

/// Where uploads are served, for everybody who knows the rest.
pub const PATH: &str = "/uploads/";
/// Files of one message.
pub const FILES_MAX: usize = 10;
const NAME_CHARS_MAX: usize = 100;

/// Names a file, and is all that opens it: 128 random bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct UploadKey(pub Uuid);

impl UploadKey {
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == uuid::fmt::Simple::LENGTH).then(|| Uuid::try_parse(text).ok().map(Self)).flatten()
    }
}

impl fmt::Display for UploadKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.simple().fmt(out)
    }
}

#[derive(Debug, PartialEq, Eq)]
pub struct FileType {
    ending: &'static str,
    pub mime: &'static str,
    pub kind: AttachmentKind,
    /// How it begins, for what is shown in place: `.` is any byte.
    starts: &'static [&'static [u8]],
}

impl FileType {
    /// Shown in its place: a picture that cannot hold a script.
    pub fn is_shown(&self) -> bool {
        !self.starts.is_empty()
    }

    /// Whether a file that begins with these bytes may be of this type. What is never shown may begin as it likes.
    pub fn fits(&self, bytes: &[u8]) -> bool {
        let begins = |start: &&[u8]| {
            bytes.len() >= start.len() && start.iter().zip(bytes).all(|(want, byte)| *want == b'.' || want == byte)
        };
        self.starts.is_empty() || self.starts.iter().any(begins)
    }
}

const fn saved(ending: &'static str, mime: &'static str, kind: AttachmentKind) -> FileType {
    FileType { ending, mime, kind, starts: &[] }
}

const fn picture(ending: &'static str, mime: &'static str, starts: &'static [&'static [u8]]) -> FileType {
    FileType { ending, mime, kind: AttachmentKind::Image, starts }
}

const JPEG: &[&[u8]] = &[b"\xff\xd8\xff"];

/// What may be attached. No page, no script, no program, no drawing that may hold one.
const TYPES: &[FileType] = &[
    picture("png", "image/png", &[b"\x89PNG\r\n\x1a\n"]),
    picture("jpg", "image/jpeg", JPEG),
    picture("jpeg", "image/jpeg", JPEG),
    picture("gif", "image/gif", &[b"GIF87a", b"GIF89a"]),
    picture("webp", "image/webp", &[b"RIFF....WEBP"]),
    saved("heic", "image/heic", AttachmentKind::File),
    saved("mp3", "audio/mpeg", AttachmentKind::Audio),
    saved("m4a", "audio/mp4", AttachmentKind::Audio),
    saved("ogg", "audio/ogg", AttachmentKind::Audio),
    saved("wav", "audio/wav", AttachmentKind::Audio),
    saved("mp4", "video/mp4", AttachmentKind::Video),
    saved("mov", "video/quicktime", AttachmentKind::Video),
    saved("webm", "video/webm", AttachmentKind::Video),
    saved("pdf", "application/pdf", AttachmentKind::File),
    saved("txt", "text/plain", AttachmentKind::File),
    saved("csv", "text/csv", AttachmentKind::File),
    saved("rtf", "application/rtf", AttachmentKind::File),
    saved("doc", "application/msword", AttachmentKind::File),
    saved("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", AttachmentKind::File),
    saved("xls", "application/vnd.ms-excel", AttachmentKind::File),
    saved("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", AttachmentKind::File),
    saved("ppt", "application/vnd.ms-powerpoint", AttachmentKind::File),
    saved("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation", AttachmentKind::File),
    saved("odt", "application/vnd.oasis.opendocument.text", AttachmentKind::File),
    saved("ods", "application/vnd.oasis.opendocument.spreadsheet", AttachmentKind::File),
    saved("odp", "application/vnd.oasis.opendocument.presentation", AttachmentKind::File),
    saved("zip", "application/zip", AttachmentKind::File),
    saved("ics", "text/calendar", AttachmentKind::File),
    saved("vcf", "text/vcard", AttachmentKind::File),
];

/// What a file of this name is; none: no file that may be attached.
pub fn type_of(name: &str) -> Option<&'static FileType> {
    let (_, ending) = name.rsplit_once('.')?;
    TYPES.iter().find(|known| known.ending.eq_ignore_ascii_case(ending))
}

/// All endings, for people: `png, jpg, …`.
pub fn endings() -> String {
    TYPES.iter().map(|known| known.ending).collect::<Vec<_>>().join(", ")
}

/// The name as it is shown and saved: without folders, without letters that cannot be seen or turn others round, and not
/// too long. The ending stays.
pub fn clean_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last.chars().filter(|letter| !is_treacherous(*letter)).collect();
    let plain = plain.trim().trim_start_matches('.');
    let (stem, ending) = plain.rsplit_once('.').unwrap_or((plain, ""));
    let stem: String = stem.chars().take(NAME_CHARS_MAX).collect();
    if ending.is_empty() { stem } else { format!("{}.{ending}", if stem.is_empty() { "file" } else { &stem }) }
}

/// Control characters, and those by which `gpj.exe` is made to look like `exe.jpg`.
fn is_treacherous(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '"' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// What an address needs no escape for.
const IN_PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'.').remove(b'-').remove(b'_').remove(b'~');

/// The name as a part of an address, or in a header.
pub fn escaped(name: &str) -> String {
    utf8_percent_encode(name, IN_PATH).to_string()
}

/// What a browser is to do with it, and what it is called there: in plain letters, and in its own.
pub fn disposition(place: &str, name: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_' | ' ');
    let plain: String = name.chars().map(|letter| if is_plain(letter) { letter } else { '_' }).collect();
    format!("{place}; filename=\"{plain}\"; filename*=UTF-8''{}", escaped(name))
}

/// The file as it stands in a conversation. Its address has no host: that of the installation may change.
pub fn attachment(key: UploadKey, name: &str, bytes: u64) -> Attachment {
    let kind = type_of(name).map_or(AttachmentKind::File, |known| known.kind);
    Attachment { kind, url: format!("{PATH}{key}/{}", escaped(name)), name: name.to_owned(), bytes: Some(bytes) }
}

impl Attachment {
    /// For readers who do not know where we are: `base` is our address.
    pub fn reached_at(mut self, base: &str) -> Self {
        if self.url.starts_with(PATH) {
            self.url.insert_str(0, base);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_run_cannot_be_attached() {
        for name in ["page.html", "page.xhtml", "drawing.svg", "x.js", "x.exe", "x.pdf.exe", "noending", "", ".", "x."]
        {
            assert_eq!(type_of(name), None, "{name}");
        }
        assert_eq!(type_of("Roof.JPG").map(|known| known.mime), Some("image/jpeg"));
    }

    #[test]
    fn a_picture_must_begin_like_one() {
        let png = type_of("a.png").expect("known");
        assert!(png.is_shown() && png.fits(b"\x89PNG\r\n\x1a\n...."));
        assert!(!png.fits(b"<html>") && !png.fits(b"\x89PN"));
        let webp = type_of("a.webp").expect("known");
        assert!(webp.fits(b"RIFF\x01\x02\x03\x04WEBPVP8 ") && !webp.fits(b"RIFF\x01\x02\x03\x04WAVE"));
        let text = type_of("a.txt").expect("known");
        assert!(!text.is_shown() && text.fits(b"<html>"));
    }

    #[test]
    fn names_are_shown_without_tricks() {
        assert_eq!(clean_name("C:\\photos\\roof.jpg"), "roof.jpg");
        assert_eq!(clean_name("../../etc/roof.jpg"), "roof.jpg");
        assert_eq!(clean_name("roof\u{202e}gpj.pdf\0"), "roofgpj.pdf");
        assert_eq!(clean_name("Dach \"neu\".pdf"), "Dach neu.pdf");
        assert_eq!(clean_name(&format!("{}.pdf", "ü".repeat(500))), format!("{}.pdf", "ü".repeat(100)));
        assert_eq!(clean_name(".pdf"), "pdf");
    }

    #[test]
    fn an_attachment_is_reached_from_elsewhere_by_our_address() {
        let key = UploadKey(Uuid::from_u128(7));
        let own = attachment(key, "Dach neu.pdf", 7);
        assert_eq!(own.url, "/uploads/00000000000000000000000000000007/Dach%20neu.pdf");
        assert_eq!(UploadKey::parse(&key.to_string()), Some(key));
        assert_eq!(UploadKey::parse(&key.0.to_string()), None);
        let reached = own.reached_at("https://chat.example.org");
        assert_eq!(reached.url, "https://chat.example.org/uploads/00000000000000000000000000000007/Dach%20neu.pdf");
        let url = "https://a.example/1".to_owned();
        let theirs = Attachment { kind: AttachmentKind::Image, url, name: "1".into(), bytes: None };
        assert_eq!(theirs.clone().reached_at("https://chat.example.org"), theirs);
    }
}
