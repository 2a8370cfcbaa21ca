package dev.igvmtool.measurement.ovmf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.format.header.PlatformType;
import dev.igvmtool.measurement.Sha;
import dev.igvmtool.measurement.Step;
import dev.igvmtool.measurement.Trace;
import dev.igvmtool.testing.Mutations;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Digests of sev-snp-measure and virtee/sev over the last page of an OVMF. */
class OvmfMeasurementTest {
    private static final String CONSOLE = "console=ttyS0 loglevel=7";
    private static final int EPYC_V4 = CpuType.of("EPYC-v4").orElseThrow().signature();

    private static Bytes suffix() throws IOException {
        return Bytes.wrap(Files.readAllBytes(SharedTestData.require("attestation/ovmf/ovmf_AmdSev_suffix.bin")));
    }

    private static Optional<KernelHashes> emptyKernel(String commandLine) {
        return Optional.of(KernelHashes.of(Bytes.EMPTY, Bytes.EMPTY, commandLine));
    }

    private static String digest(
            Vmm vmm, PlatformType platform, int processors, Optional<KernelHashes> kernel, long features)
            throws IOException {
        return measurement(vmm, kernel, features)
                .digests(platform, processors, Trace.OFF)
                .get(processors - 1)
                .toHex();
    }

    private static OvmfMeasurement measurement(Vmm vmm, Optional<KernelHashes> kernel, long features)
            throws IOException {
        return new OvmfMeasurement(OvmfImage.read(suffix()), kernel, vmm, EPYC_V4, features, Optional.empty());
    }

    @Test
    void readsTheTableAtTheEnd() throws IOException {
        OvmfImage image = OvmfImage.read(suffix());
        assertEquals(0xffff_f000L, image.gpa());
        assertEquals(OptionalLong.of(0x80b004), image.apResetEip());
        assertEquals(OptionalLong.of(0x810c00), image.hashesTableGpa());
        assertEquals(
                List.of(
                        "0x800000-0x809000 SEC_MEMORY",
                        "0x80a000-0x80d000 SEC_MEMORY",
                        "0x80d000-0x80e000 SECRETS",
                        "0x80e000-0x80f000 CPUID",
                        "0x80f000-0x810000 SVSM_CALLING_AREA",
                        "0x810000-0x811000 KERNEL_HASHES",
                        "0x811000-0x820000 SEC_MEMORY"),
                image.sections().stream()
                        .map(it -> it.range() + " " + it.type())
                        .toList());
    }

    @Test
    void qemuOnSnp() throws IOException {
        assertEquals(
                "086e2e9149ebf45abdc3445fba5b2da8270bdbb04094d7a2c37faaa4b24af3aa16aff8c374c2a55c467a50da6d466b74",
                measurement(Vmm.QEMU, Optional.empty(), 1)
                        .firmwareDigest(Trace.OFF)
                        .toHex());
        assertEquals(
                "19358ba9a7615534a9a1e2f0dfc29384dcd4dcb7062ff9c6013b26869a5fc6ecabe033c48dd6f6db5d6d76e7c5df632d",
                digest(Vmm.QEMU, PlatformType.SEV_SNP, 1, Optional.empty(), 1));
        assertEquals(
                "e1e1ca029dd7973ab9513295be68198472dcd4fc834bd9af9b63f6e8a1674dbf281a9278a4a2ebe0eed9f22adbcd0e2b",
                digest(Vmm.QEMU, PlatformType.SEV_SNP, 1, Optional.empty(), 0x21));
        assertEquals(
                "6d287813eb5222d770f75005c664e34c204f385ce832cc2ce7d0d6f354454362f390ef83a92046c042e706363b4b08fa",
                digest(Vmm.QEMU, PlatformType.SEV_SNP, 1, emptyKernel(CONSOLE), 1));
        assertEquals(
                "803f691094946e42068aaa3a8f9e26a5c89f36f7b73ecfb28c653360fe4b3aba7e534442e7e1e17895dfe778d0228977",
                digest(Vmm.QEMU, PlatformType.SEV_SNP, 1, emptyKernel(CONSOLE), 0x21));
        assertEquals(
                "4953b1fb416fa874980e8442b3706d345926d5f38879134e00813c5d7abcbe78eafe7b422907be0b4698e2414a631942",
                digest(Vmm.QEMU, PlatformType.SEV_SNP, 4, emptyKernel(""), 0x21));
    }

    @Test
    void otherMonitorsOnSnp() throws IOException {
        assertEquals(
                "0ce9ccc06bab55eebe8abc234f3df6514883977a68a591b71052498ab52b2f1aa415db338033946ef93aa8278c0d67fb",
                digest(Vmm.EC2, PlatformType.SEV_SNP, 1, emptyKernel(""), 0x21));
        assertEquals(
                "6ae80856486b1396af8c82a40351d6ed76a20c785e9c7fa4ffa27c22d5d6313b4b3b458cd3c9968e6f89fb5d8450d7a6",
                digest(Vmm.EC2_VIRTEE, PlatformType.SEV_SNP, 1, emptyKernel(""), 0x21));
        assertEquals(
                "5c5debf100fc339f90276e761ee1f1658d08922c3b20e2a2e6c7a6c3370b2452a15a00eae11886a93d6fd1e7ab81e29d",
                digest(Vmm.GCE, PlatformType.SEV_SNP, 4, emptyKernel(""), 1));
    }

    @Test
    void sevAndSevEs() throws IOException {
        assertEquals(
                "82a3ee5d537c3620628270c292ae30cb40c3c878666a7890ee7ef2a08fb535ff",
                digest(Vmm.QEMU, PlatformType.SEV, 1, emptyKernel(CONSOLE), 0));
        assertEquals(
                "77f613d7bbcdf12a73782ea9e88b0172aeda50d1a54201cb903594ff52846898",
                digest(Vmm.QEMU, PlatformType.SEV, 7, emptyKernel(""), 0));
        assertEquals(
                "13810ae661ea11e2bb205621f582fee268f0367c8f97bc297b7fadef3e12002c",
                digest(Vmm.QEMU, PlatformType.SEV_ES, 1, emptyKernel(""), 0));
        assertEquals(
                "0dccbcaba8e90b261bd0d2e1863a2f9da714768b7b2a19363cd6ae35aa90de91",
                digest(Vmm.QEMU, PlatformType.SEV_ES, 4, emptyKernel(""), 0));
    }

    @Test
    void saveAreasHaveTheirPublishedHashes() {
        assertEquals(
                "77920c4c629ff47e90c0e174fc1ad0eb6fa664f88cd4739488058a8c6cb1a77b3856f55378e9518d0da99452d51c553a",
                sha384(Vmm.QEMU.style().saveArea(0xffff_fff0L, EPYC_V4, 1)));
        assertEquals(
                "8413b852790765a310d95867a8b00bfca3a802b5a80830044b45e253fe96222657e11e53fcf63eb0e0afd722385bf7b4",
                sha384(Vmm.QEMU.style().saveArea(0x80b004, EPYC_V4, 1)));
    }

    private static String sha384(Bytes content) {
        return Bytes.wrap(Sha.sha384().digest(content.toByteArray())).toHex();
    }

    @Test
    void libkrunDiffersFromEc2InRdxOfVirteeOnlyForOtherProcessors() {
        Bytes krun = Vmm.KRUN.style().saveArea(0xffff_fff0L, 0, 1);
        assertEquals(Vmm.EC2_VIRTEE.style().saveArea(0xffff_fff0L, 0, 1), krun);
        assertEquals(0x9a, Vmm.KRUN.style().saveArea(0x80b004, 0, 1).u16(0x12));
        assertEquals(0x9b, Vmm.EC2_VIRTEE.style().saveArea(0x80b004, 0, 1).u16(0x12));
    }

    @Test
    void oneLaunchGivesTheDigestsOfAllProcessorCounts() throws IOException {
        List<Bytes> all = measurement(Vmm.QEMU, Optional.empty(), 1).digests(PlatformType.SEV_SNP, 64, Trace.OFF);
        assertEquals(64, all.size());
        for (int count : List.of(1, 2, 17, 64)) {
            assertEquals(
                    digest(Vmm.QEMU, PlatformType.SEV_SNP, count, Optional.empty(), 1),
                    all.get(count - 1).toHex());
        }
        List<Step> steps = new ArrayList<>();
        measurement(Vmm.QEMU, Optional.empty(), 1).digests(PlatformType.SEV_SNP, 3, Trace.into(steps));
        assertEquals(all.get(2), steps.get(steps.size() - 1).digest());
        assertEquals(all.get(1), steps.get(steps.size() - 2).digest());
    }

    @Test
    void theFirmwareCanBeGivenByItsDigest() throws IOException {
        OvmfMeasurement whole = measurement(Vmm.QEMU, Optional.empty(), 1);
        OvmfMeasurement known = new OvmfMeasurement(
                whole.firmware(), Optional.empty(), Vmm.QEMU, EPYC_V4, 1, Optional.of(whole.firmwareDigest(Trace.OFF)));
        assertEquals(
                whole.digests(PlatformType.SEV_SNP, 1, Trace.OFF), known.digests(PlatformType.SEV_SNP, 1, Trace.OFF));
    }

    @Test
    void modelsHaveTheSignaturesOfTheirProcessors() {
        assertEquals(0x00800f12, CpuType.of("EPYC").orElseThrow().signature());
        assertEquals(0x00830f10, CpuType.of("EPYC-Rome-v2").orElseThrow().signature());
        assertEquals(0x00a00f11, CpuType.of("EPYC-Milan").orElseThrow().signature());
        assertEquals(0x00a10f10, CpuType.of("EPYC-Genoa-v1").orElseThrow().signature());
        assertEquals(0x00b00f00, CpuType.of("EPYC-Turin").orElseThrow().signature());
        assertTrue(CpuType.of("Skylake").isEmpty());
    }

    @Test
    void refusesAKernelWhereThereIsNoPlaceForItsHashes() throws IOException {
        OvmfImage image = OvmfImage.read(suffix());
        OvmfImage noTable = new OvmfImage(image.content(), image.apResetEip(), OptionalLong.empty(), image.sections());
        OvmfImage noSection = new OvmfImage(image.content(), image.apResetEip(), image.hashesTableGpa(), List.of());
        OvmfImage noReset = new OvmfImage(image.content(), OptionalLong.empty(), OptionalLong.empty(), List.of());
        refuses(noTable, emptyKernel(""), PlatformType.SEV_SNP, "no place for hashes");
        refuses(noTable, emptyKernel(""), PlatformType.SEV, "no place for hashes");
        refuses(noSection, emptyKernel(""), PlatformType.SEV_SNP, "no section for kernel hashes");
        refuses(noReset, Optional.empty(), PlatformType.SEV_ES, "no SEV-ES reset block");
        refuses(image, Optional.empty(), PlatformType.TDX, "no digest of OVMF");
    }

    private static void refuses(OvmfImage image, Optional<KernelHashes> kernel, PlatformType platform, String why) {
        OvmfMeasurement measurement = new OvmfMeasurement(image, kernel, Vmm.QEMU, EPYC_V4, 1, Optional.empty());
        String message = assertThrows(FormatException.class, () -> measurement.digests(platform, 2, Trace.OFF))
                .getMessage();
        assertTrue(message.contains(why), message);
    }

    @Test
    void survivesDamage() throws IOException {
        Bytes good = suffix();
        Mutations.allTruncations(good, OvmfImage::read);
        // All of the table and of the metadata, which lie in the last kilobyte.
        Bytes head = good.slice(0, 3072);
        Bytes tail = good.from(3072);
        Mutations.allBitFlips(tail, damaged -> {
            byte[] whole = new byte[good.size()];
            head.copyTo(0, whole, 0, head.size());
            damaged.copyTo(0, whole, head.size(), damaged.size());
            OvmfImage image = OvmfImage.read(Bytes.wrap(whole));
            new OvmfMeasurement(image, emptyKernel(""), Vmm.GCE, 0, 1, Optional.empty())
                    .digests(PlatformType.SEV_ES, 2, Trace.OFF);
        });
    }
}
