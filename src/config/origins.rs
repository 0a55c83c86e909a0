//! Which websites may show a web chat.

use url::{Host, Url};

/// The websites of one account. Our own address is not among them: the edge lets it in by itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origins(Vec<Rule>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Rule {
    Everyone,
    /// Scheme, host and port, as a browser writes them.
    Exact(String),
    /// Any https site below this domain.
    Below(String),
    /// Any port of this scheme and host.
    AnyPort(String),
}

impl Origins {
    /// The websites these words name, or the first word that names none, and why.
    pub fn parse<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<Self, (String, &'static str)> {
        let rule = |word: &'a str| Rule::parse(word).map_err(|why| (word.to_owned(), why));
        words.into_iter().map(rule).collect::<Result<_, _>>().map(Self)
    }

    /// Whether a page of this origin (a browser's `Origin` header) may show the chat.
    pub fn allow(&self, origin: &str) -> bool {
        self.0.iter().any(|rule| rule.allows(origin))
    }

    pub fn allow_everyone(&self) -> bool {
        self.0.contains(&Rule::Everyone)
    }
}

impl Rule {
    fn parse(word: &str) -> Result<Self, &'static str> {
        if word == "*" {
            return Ok(Rule::Everyone);
        }
        if let Some(domain) = word.strip_prefix("*.") {
            let plain = domain.contains('.') && matches!(Host::parse(domain), Ok(Host::Domain(name)) if name == domain);
            return if plain {
                Ok(Rule::Below(domain.to_owned()))
            } else {
                Err("after \"*.\" comes a domain in lower case")
            };
        }
        if let Some(start) = word.strip_suffix(":*") {
            return origin(start).map(Rule::AnyPort);
        }
        origin(word).map(Rule::Exact)
    }

    fn allows(&self, origin: &str) -> bool {
        match self {
            Rule::Everyone => true,
            Rule::Exact(exact) => exact == origin,
            Rule::Below(domain) => {
                let host = origin.strip_prefix("https://").and_then(|host| host.split(':').next());
                host.and_then(|host| host.strip_suffix(domain.as_str())).is_some_and(|below| below.ends_with('.'))
            }
            Rule::AnyPort(start) => origin.strip_prefix(start.as_str()).is_some_and(|port| {
                port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok())
            }),
        }
    }
}

/// The scheme, host and port that `text` names, as a browser writes them; the why if it is more or less than that.
pub fn origin(text: &str) -> Result<String, &'static str> {
    let url = Url::parse(text).map_err(|_| "this is not a scheme and a host")?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("the scheme must be http or https");
    }
    if url.host_str().is_none_or(|host| host.contains('*')) {
        return Err("a host has no star; for all sites below a domain write \"*.example.org\"");
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err("nothing may follow the host and port");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a user has no place in it");
    }
    Ok(url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origins(words: &[&str]) -> Origins {
        Origins::parse(words.iter().copied()).expect("good words")
    }

    #[test]
    fn an_exact_origin_lets_in_only_itself() {
        let origins = origins(&["https://www.example.org"]);
        assert!(origins.allow("https://www.example.org"));
        assert!(!origins.allow("http://www.example.org"));
        assert!(!origins.allow("https://www.example.org:8443"));
        assert!(!origins.allow("https://www.example.org.evil.example"));
        assert!(!origins.allow("null"));
    }

    #[test]
    fn a_star_before_a_domain_lets_in_its_https_sites_and_nobody_else() {
        let origins = origins(&["*.example.org"]);
        assert!(origins.allow("https://shop.example.org"));
        assert!(origins.allow("https://a.b.example.org:8443"));
        assert!(!origins.allow("https://example.org"));
        assert!(!origins.allow("https://evilexample.org"));
        assert!(!origins.allow("http://shop.example.org"));
        assert!(!origins.allow("https://shop.example.org.evil.example"));
    }

    #[test]
    fn a_star_for_the_port_lets_in_any_port_of_that_host() {
        let origins = origins(&["http://localhost:*"]);
        assert!(origins.allow("http://localhost:5173") && origins.allow("http://localhost"));
        assert!(!origins.allow("http://localhost.evil.example"));
        assert!(!origins.allow("http://localhost:5173@evil.example"));
    }

    #[test]
    fn words_that_name_no_website_are_refused() {
        for word in [
            "",
            "example.org",
            "https://example.org/shop",
            "ftp://example.org",
            "*.",
            "*.org",
            "*.Example.org",
            "https://*.example.org",
        ] {
            assert!(Origins::parse([word]).is_err(), "{word}");
        }
    }
}
