package dev.igvmtool.format.context;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.Fixed;
import dev.igvmtool.abi.binary.U16;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;

/**
 * {@code IgvmNativeVpContextX64}, 232 bytes at the start of a page of zeros: the state of a processor on platforms
 * NATIVE and SEV. The data segment is for DS, ES, FS, GS and SS.
 */
public record NativeVpContext(
        @U64 long rax,
        @U64 long rcx,
        @U64 long rdx,
        @U64 long rbx,
        @U64 long rsp,
        @U64 long rbp,
        @U64 long rsi,
        @U64 long rdi,
        @U64 long r8,
        @U64 long r9,
        @U64 long r10,
        @U64 long r11,
        @U64 long r12,
        @U64 long r13,
        @U64 long r14,
        @U64 long r15,
        @U64 long rip,
        @U64 long rflags,
        @U64 long idtrBase,
        @U16 int idtrLimit,
        @Fixed(4) Bytes reserved,
        @U16 int gdtrLimit,
        @U64 long gdtrBase,
        @U16 int codeSelector,
        @U16 int codeAttributes,
        @U32 long codeBase,
        @U32 long codeLimit,
        @U16 int dataSelector,
        @U16 int dataAttributes,
        @U32 long dataBase,
        @U32 long dataLimit,
        @U64 long gsBase,
        @U64 long cr0,
        @U64 long cr3,
        @U64 long cr4,
        @U64 long efer) {
    public static final Codec<NativeVpContext> CODEC = Codec.of(NativeVpContext.class, lookup());
}
