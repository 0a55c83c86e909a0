//! Where Redis is, as an operator writes it.
//!
//! `redis://[user:password@]host[:port][/database]` is one server, `rediss://` the same over TLS.
//! `redis+sentinel://[user:password@]host[:port],host…/name[/database]` asks the sentinels for the primary called `name`;
//! the user and password are Redis's. `redis+cluster://[user:password@]host[:port],host…` begins with any nodes of a
//! Redis Cluster. Both exist as `rediss+…`, too.

use redis::{ConnectionInfo, IntoConnectionInfo, ProtocolVersion};

const SENTINEL_PORT: u16 = 26379;
const FORMS: &str = "Write it like \"redis://:password@10.0.0.5:6379/0\", \"redis+sentinel://10.0.0.5,10.0.0.6/primary\" \
                     or \"redis+cluster://10.0.0.5,10.0.0.6\"; with TLS it begins with \"rediss\"";

#[derive(Clone)]
pub enum Place {
    One(ConnectionInfo),
    Sentinel {
        sentinels: Vec<ConnectionInfo>,
        name: String,
        /// How to talk to the primary they name; its address is not used.
        primary: ConnectionInfo,
        tls: bool,
    },
    Cluster(Vec<ConnectionInfo>),
}

impl Place {
    pub fn parse(text: &str) -> Result<Self, String> {
        let (scheme, rest) = text.split_once("://").ok_or_else(|| format!("it has no scheme. {FORMS}"))?;
        match scheme {
            "redis" | "rediss" => one(text).map(Place::One),
            "redis+sentinel" | "rediss+sentinel" => sentinel(rest, scheme.starts_with("rediss")),
            "redis+cluster" | "rediss+cluster" => {
                let (user, hosts, _) = parts(rest);
                let tls = if scheme.starts_with("rediss") { "rediss" } else { "redis" };
                let nodes = hosts.map(|host| one(&format!("{tls}://{user}{host}")));
                Ok(Place::Cluster(nodes.collect::<Result<_, _>>()?))
            }
            _ => Err(format!("its scheme is not known. {FORMS}")),
        }
    }
}

fn sentinel(rest: &str, tls: bool) -> Result<Place, String> {
    let (user, hosts, path) = parts(rest);
    let (name, database) = path.split_once('/').unwrap_or((path, ""));
    if name.is_empty() {
        return Err(format!("it does not say which primary the sentinels watch. {FORMS}"));
    }
    let with_port = |host: &str| {
        let has_port = host.rsplit_once(':').is_some_and(|(_, port)| port.chars().all(|c| c.is_ascii_digit()));
        if has_port { one(&format!("redis://{host}")) } else { one(&format!("redis://{host}:{SENTINEL_PORT}")) }
    };
    Ok(Place::Sentinel {
        sentinels: hosts.map(with_port).collect::<Result<_, _>>()?,
        name: name.to_owned(),
        primary: one(&format!("redis://{user}primary.invalid/{database}"))?,
        tls,
    })
}

/// `user:password@`, the hosts, and what stands behind the first slash.
fn parts(rest: &str) -> (String, impl Iterator<Item = &str>, &str) {
    let (user, rest) = rest.rsplit_once('@').map_or((String::new(), rest), |(user, rest)| (format!("{user}@"), rest));
    let (hosts, path) = rest.split_once('/').unwrap_or((rest, ""));
    (user, hosts.split(','), path)
}

/// Never shows the text: it may hold a password.
fn one(text: &str) -> Result<ConnectionInfo, String> {
    let info = text.into_connection_info().map_err(|_| format!("it cannot be read. {FORMS}"))?;
    let settings = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
    Ok(info.set_redis_settings(settings))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_server_is_read() {
        let Ok(Place::One(info)) = Place::parse("rediss://ana:p%40ss@[::1]:6380/2") else { panic!("one server") };
        let redis::ConnectionAddr::TcpTls { host, port, insecure: false, .. } = info.addr() else { panic!("TLS") };
        assert_eq!((host.as_str(), *port), ("::1", 6380));
        assert_eq!((info.redis_settings().password(), info.redis_settings().db()), (Some("p@ss"), 2));
    }

    #[test]
    fn sentinels_and_clusters_are_read() {
        let Ok(Place::Sentinel { sentinels, name, primary, tls }) =
            Place::parse("redis+sentinel://:secret@10.0.0.5,10.0.0.6:26380/main/3")
        else {
            panic!("sentinels")
        };
        let addresses: Vec<String> = sentinels.iter().map(|info| info.addr().to_string()).collect();
        assert_eq!(addresses, ["10.0.0.5:26379", "10.0.0.6:26380"]);
        assert_eq!((name.as_str(), tls), ("main", false));
        assert_eq!((primary.redis_settings().password(), primary.redis_settings().db()), (Some("secret"), 3));
        let Ok(Place::Cluster(nodes)) = Place::parse("rediss+cluster://:x@a:7000,b:7001") else { panic!("a cluster") };
        assert_eq!(nodes.len(), 2);
    }

    #[test]
    fn what_is_wrong_is_said_without_the_password() {
        for wrong in ["localhost:6379", "http://:hunter2@x", "redis://:hunter2@x:port", "redis+sentinel://:hunter2@x"] {
            let why = Place::parse(wrong).err().expect("it is wrong");
            assert!(why.contains("Write it like") && !why.contains("hunter2"), "{why}");
        }
    }
}
