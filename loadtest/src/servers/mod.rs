//! The servers that the product needs, each of one's own: started on free ports, hurt, and taken away.

pub mod postgres;
pub mod redis;
