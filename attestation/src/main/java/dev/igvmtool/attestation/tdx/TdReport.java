package dev.igvmtool.attestation.tdx;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.Fixed;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.U64;
import dev.igvmtool.abi.binary.U8;
import java.util.List;
import java.util.stream.IntStream;

/**
 * {@code TDREPORT_STRUCT}, 1024 bytes: what the TDX module says of a TD, protected by a MAC that only the same platform can
 * check. A quote says the same with a signature.
 *
 * <p>Specification: TDX module ABI, TDREPORT_STRUCT.
 *
 * @param type 0x81 is a TD
 * @param subtype 0
 * @param version of the report
 * @param reserved1 zero
 * @param reserved2 zero
 * @param cpuSvn of the processor
 * @param teeTcbInfoHash SHA-384 of {@code teeTcbInfo}
 * @param teeInfoHash SHA-384 of {@code tdInfo}
 * @param reportData of the guest's choice
 * @param reserved3 zero
 * @param mac over the first 224 bytes
 * @param teeTcbInfo about the module
 * @param reserved4 zero
 * @param tdInfo about the TD, see {@link TdInfo}
 */
public record TdReport(
        @U8 int type,
        @U8 int subtype,
        @U8 int version,
        @U8 int reserved1,
        @Fixed(12) Bytes reserved2,
        @Fixed(16) Bytes cpuSvn,
        @Fixed(48) Bytes teeTcbInfoHash,
        @Fixed(48) Bytes teeInfoHash,
        @Fixed(64) Bytes reportData,
        @Fixed(32) Bytes reserved3,
        @Fixed(32) Bytes mac,
        @Fixed(239) Bytes teeTcbInfo,
        @Fixed(17) Bytes reserved4,
        @Fixed(512) Bytes tdInfo) {
    public static final Codec<TdReport> CODEC = Codec.of(TdReport.class, lookup());

    /** Bytes of a report. */
    public static final int SIZE = 1024;

    /** Type of a TD's report. */
    static final int TYPE_TD = 0x81;

    /**
     * {@code TDINFO_STRUCT}, 512 bytes.
     *
     * @param attributes see {@link TdAttributes}
     * @param xfam extended features
     * @param mrTd build measurement
     * @param mrConfigId set by the host
     * @param mrOwner set by the host
     * @param mrOwnerConfig set by the host
     * @param rtmrs four registers of 48 bytes
     * @param serviceTdHash of the service TDs that are bound
     * @param extension zero
     */
    public record TdInfo(
            @U64 long attributes,
            @U64 long xfam,
            @Fixed(48) Bytes mrTd,
            @Fixed(48) Bytes mrConfigId,
            @Fixed(48) Bytes mrOwner,
            @Fixed(48) Bytes mrOwnerConfig,
            @Fixed(192) Bytes rtmrs,
            @Fixed(48) Bytes serviceTdHash,
            @Fixed(64) Bytes extension) {
        public static final Codec<TdInfo> CODEC = Codec.of(TdInfo.class, lookup());

        private static final int RTMR_BYTES = 48;

        /** RTMR0 to RTMR3. */
        public List<Bytes> registers() {
            return IntStream.range(0, rtmrs.size() / RTMR_BYTES)
                    .mapToObj(i -> rtmrs.slice(i * RTMR_BYTES, RTMR_BYTES))
                    .toList();
        }
    }

    /** @throws FormatException if the size is another */
    public static TdReport read(Bytes bytes) {
        if (bytes.size() != SIZE) {
            throw new FormatException("TDREPORT of " + bytes.size() + " bytes, expected " + SIZE);
        }
        return CODEC.read(bytes);
    }

    /** The part about the TD. */
    public TdInfo info() {
        return TdInfo.CODEC.read(tdInfo);
    }
}
