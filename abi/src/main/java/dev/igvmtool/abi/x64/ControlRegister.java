package dev.igvmtool.abi.x64;

/** Control registers. EFER is a model-specific register, {@link Msr#EFER}. */
public enum ControlRegister {
    CR0,
    CR2,
    CR3,
    CR4,
    CR8
}
