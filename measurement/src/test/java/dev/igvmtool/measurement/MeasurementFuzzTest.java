package dev.igvmtool.measurement;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.format.header.PlatformType;
import dev.igvmtool.measurement.cbor.CborReader;
import dev.igvmtool.measurement.cbor.CborWriter;
import dev.igvmtool.measurement.corim.CorimDocument;
import dev.igvmtool.measurement.corim.CorimEnvironment;
import dev.igvmtool.measurement.corim.Endorsement;
import dev.igvmtool.measurement.cose.CoseAlgorithm;
import dev.igvmtool.measurement.cose.CoseHeader;
import dev.igvmtool.measurement.cose.CoseSign1;
import dev.igvmtool.measurement.ecdsa.Ecdsa;
import dev.igvmtool.measurement.eventlog.CcelTable;
import dev.igvmtool.measurement.eventlog.EventData;
import dev.igvmtool.measurement.eventlog.EventLog;
import dev.igvmtool.measurement.eventlog.LogHash;
import dev.igvmtool.measurement.eventlog.PeHash;
import dev.igvmtool.measurement.eventlog.Replay;
import dev.igvmtool.measurement.ovmf.OvmfImage;
import dev.igvmtool.measurement.ovmf.OvmfMeasurement;
import dev.igvmtool.measurement.ovmf.Vmm;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Every reader of this module: what is read can be used, or is refused. */
class MeasurementFuzzTest {
    private static final Bytes DIGEST = Bytes.zeros(48);

    static Stream<byte[]> documents() {
        Bytes header = CoseHeader.encode(CoseAlgorithm.ES384, "application/rim+cbor", "me", List.of(DIGEST));
        return Stream.of(
                        CorimDocument.encode(CorimEnvironment.SNP, DIGEST, 300),
                        new CoseSign1(
                                        header,
                                        CborReader.read(Bytes.fromHex("a10102")).map("header"),
                                        Optional.of(DIGEST),
                                        Bytes.zeros(96))
                                .toBytes(),
                        Bytes.fromHex("a30101024301020303d8208482f4f56161f6a0"))
                .map(Bytes::toByteArray);
    }

    @MethodSource("documents")
    @FuzzTest
    void cborIsReadOrRefused(byte[] document) {
        Bytes bytes = Bytes.wrap(document);
        try {
            // The deterministic form is the only one.
            assertEquals(
                    bytes,
                    new CborWriter().value(CborReader.deterministic(bytes)).toBytes());
        } catch (FormatException refused) {
            // The documented refusal.
        }
        try {
            Endorsement.read(bytes);
        } catch (FormatException refused) {
            // The documented refusal.
        }
        try {
            CoseSign1 signature = CoseSign1.read(bytes);
            assertEquals(signature, CoseSign1.read(signature.toBytes()));
            signature.header().certificates();
            signature.header().issuer();
        } catch (FormatException refused) {
            // The documented refusal.
        }
    }

    static Stream<byte[]> logs() {
        byte[] start = "Spec ID Event03\0".getBytes(StandardCharsets.US_ASCII);
        Bytes description = new ByteWriter()
                .u32(1)
                .u32(3)
                .zeros(20)
                .u32(33)
                .bytes(Bytes.of(start))
                .zeros(8)
                .u32(1)
                .u16(0xc)
                .u16(48)
                .u8(0)
                .u32(2)
                .u32(0x80000002L)
                .u32(1)
                .u16(0xc)
                .zeros(48)
                .u32(34)
                .zeros(34)
                .u32(0xffffffffL)
                .toBytes();
        return Stream.of(description.toByteArray());
    }

    @MethodSource("logs")
    @FuzzTest
    void eventLogsAreReadOrRefused(byte[] log) {
        try {
            EventLog read = EventLog.read(Bytes.wrap(log));
            read.events().forEach(event -> EventData.check(event, LogHash.SHA384));
            Replay.rtmrs(read.events(), Trace.OFF);
            Replay.pcrs(read.events(), LogHash.SHA256, Trace.OFF);
        } catch (FormatException refused) {
            // The documented refusal.
        }
        try {
            CcelTable.read(Bytes.wrap(log));
        } catch (FormatException refused) {
            // The documented refusal.
        }
    }

    static Stream<byte[]> firmware() {
        return Stream.of(new byte[4096]);
    }

    @MethodSource("firmware")
    @FuzzTest
    void firmwareAndExecutablesAreReadOrRefused(byte[] file) {
        Bytes bytes = Bytes.wrap(file);
        try {
            OvmfImage image = OvmfImage.read(bytes);
            new OvmfMeasurement(image, Optional.empty(), Vmm.QEMU, 0, 1, Optional.empty())
                    .digests(PlatformType.SEV_SNP, 2, Trace.OFF);
        } catch (FormatException refused) {
            // The documented refusal.
        }
        try {
            PeHash.of(bytes, LogHash.SHA256);
        } catch (FormatException refused) {
            // The documented refusal.
        }
        try {
            Ecdsa.P384.ofDer(bytes);
        } catch (FormatException refused) {
            // The documented refusal.
        }
    }
}
