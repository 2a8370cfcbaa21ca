package dev.igvmtool.abi.hv;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;

/** {@code hv_input_install_intercept}, 24 bytes; see {@link InterceptType}. */
public record InstallInterceptInput(
        @U64 long partitionId,
        @U32 int accessMask,
        @U32 int interceptType,
        @U64 long parameter) {
    public static final Codec<InstallInterceptInput> CODEC = Codec.of(InstallInterceptInput.class, lookup());
}
