pub mod edge {
    pub mod assets;
}
pub mod wire;
