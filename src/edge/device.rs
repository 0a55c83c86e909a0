//! What a browser says of itself, in words that somebody recognises theirs by.

/// The name of the browser and of the system it runs on; empty where it does not say.
#[derive(Debug, PartialEq, Eq)]
pub struct Device {
    pub browser: String,
    pub system: &'static str,
}

/// Each says that it is many; the first of these that is found is the one.
const BROWSERS: [(&str, &str); 12] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Vivaldi/", "Vivaldi"),
    ("YaBrowser/", "Yandex Browser"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("HeadlessChrome/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];

const SYSTEMS: [(&str, &str); 8] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "macOS"),
    ("FreeBSD", "FreeBSD"),
    ("Linux", "Linux"),
];

/// Such a program names itself in one word: `curl/8.5.0`.
const NAME_CHARS_MAX: usize = 40;

pub fn device(says: &str) -> Device {
    let find =
        |known: &[(&str, &'static str)]| known.iter().find(|(sign, _)| says.contains(sign)).map(|(_, name)| *name);
    let own = || says.split(['/', ' ']).next().unwrap_or_default().chars().take(NAME_CHARS_MAX).collect();
    Device { browser: find(&BROWSERS).map_or_else(own, str::to_owned), system: find(&SYSTEMS).unwrap_or_default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_known_for_what_they_are_though_each_says_that_it_is_many() {
        let of = |says: &str| {
            let Device { browser, system } = device(says);
            format!("{browser}|{system}")
        };
        for (says, is) in [
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox|Windows"),
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
                "Chrome|Linux",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36 Edg/126.0",
                "Edge|Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1",
                "Safari|iPhone",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 CriOS/126.0 Mobile Safari/604.1",
                "Chrome|iPhone",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.4 Safari/605.1.15",
                "Safari|macOS",
            ),
            (
                "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 SamsungBrowser/25.0 Chrome/121.0 Mobile Safari/537.36",
                "Samsung Internet|Android",
            ),
            ("curl/8.5.0", "curl|"),
            ("", "|"),
        ] {
            assert_eq!(of(says), is, "{says}");
        }
    }
}
