package dev.igvmtool.attestation.tdx;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.Fixed;

/**
 * What the body of TDX 1.5 has behind that of 1.0, 64 bytes.
 *
 * <p>Specification: TDX DCAP quoting library, TD quote body of TDX 1.5.
 *
 * @param teeTcbSvn2 SVNs of the module that was loaded when the TD started
 * @param mrServiceTd measurement of the service TDs that are bound
 */
public record TdBody15(
        @Fixed(16) Bytes teeTcbSvn2, @Fixed(48) Bytes mrServiceTd) {
    public static final Codec<TdBody15> CODEC = Codec.of(TdBody15.class, lookup());
}
