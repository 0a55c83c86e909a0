//! What contacts attach, where the provider gives no link that could be shown: reached through us, and passed on while it
//! comes.

use bytes::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt};

use super::http::{Download, Unanswered};
use crate::domain::ids::AccountId;
use crate::domain::message::{Attachment, AttachmentKind};
use crate::ports::channel::{File, NotFetched};

const NAME_BYTES_MAX: usize = 512;

/// Where a file is reached through us. None for a name that no provider gives.
pub fn url(base: &str, account: &AccountId, file: &str) -> Option<String> {
    let good = |letter: u8| letter.is_ascii_alphanumeric() || letter == b'-' || letter == b'_';
    let fine = (1..=NAME_BYTES_MAX).contains(&file.len()) && file.bytes().all(good);
    fine.then(|| format!("{base}/api/v1/files/{account}/{file}"))
}

/// What is attached as lines of text, for where there is no other place to show it.
pub fn in_words(attachments: &[Attachment]) -> String {
    let line = |attached: &Attachment| {
        let kind = match attached.kind {
            AttachmentKind::Other => "attachment",
            kind => kind.as_str(),
        };
        let words = [&format!("[{kind}]"), attached.name.as_str(), attached.url.as_str()];
        words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
    };
    attachments.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// What a provider hands out, called by the last part of `path`.
pub fn file_of(path: String, download: Download, bytes_max: usize) -> Result<File, NotFetched> {
    let (length, part) = download.length_and_part();
    if download.is_part() && part.is_none() {
        return Err(NotFetched::Unreachable("it gave a part, and did not say which".to_owned()));
    }
    Ok(File { path, length, part, bytes: bounded(download, bytes_max) })
}

/// The file as it comes; longer than so many bytes, it breaks off.
fn bounded(download: Download, bytes_max: usize) -> BoxStream<'static, Result<Bytes, NotFetched>> {
    stream::unfold(Some((download, bytes_max)), |left| async {
        let (mut download, room) = left?;
        match download.chunk().await {
            Ok(Some(bytes)) => match room.checked_sub(bytes.len()) {
                Some(room) => Some((Ok(bytes), Some((download, room)))),
                None => Some((Err(NotFetched::TooLarge), None)),
            },
            Ok(None) => None,
            Err(error) => Some((Err(broken(error)), None)),
        }
    })
    .boxed()
}

pub fn broken(why: Unanswered) -> NotFetched {
    NotFetched::Unreachable(why.to_string())
}

/// Of a name that says again what kind of file it is.
pub fn ending(mime_type: &str) -> &'static str {
    let essence = mime_type.split(';').next().unwrap_or_default().trim();
    match essence {
        "image/jpeg" => "jpg",
        "audio/ogg" => "ogg",
        "audio/mpeg" => "mp3",
        "video/mp4" => "mp4",
        "text/plain" => "txt",
        // Of all that it could be, nothing is likelier than another.
        "application/octet-stream" => "bin",
        "text/vcard" | "text/x-vcard" | "text/directory" => "vcf",
        other => mime_guess::get_mime_extensions_str(other).and_then(|all| all.first()).unwrap_or(&"bin"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_what_it_is() {
        for (kind, expected) in [
            ("image/jpeg", "jpg"),
            ("audio/ogg; codecs=opus", "ogg"),
            ("image/webp", "webp"),
            ("application/pdf", "pdf"),
            ("text/x-vcard", "vcf"),
            ("application/octet-stream", "bin"),
            ("", "bin"),
            ("made/up", "bin"),
        ] {
            assert_eq!(ending(kind), expected, "{kind}");
        }
    }
}
