package dev.igvmtool.attestation.made;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.attestation.snp.SigningKey;
import dev.igvmtool.attestation.snp.SnpProduct;
import dev.igvmtool.attestation.x509.Certificate;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.IgvmWriter;
import dev.igvmtool.format.Revision;
import dev.igvmtool.format.header.GuestPolicy;
import dev.igvmtool.format.header.PageData;
import dev.igvmtool.format.header.PageDataFlags;
import dev.igvmtool.format.header.PageDataType;
import dev.igvmtool.format.header.ParameterArea;
import dev.igvmtool.format.header.ParameterInsert;
import dev.igvmtool.format.header.PlatformType;
import dev.igvmtool.format.header.SupportedPlatform;
import dev.igvmtool.format.header.VpContext;
import dev.igvmtool.measurement.LaunchDigest;
import dev.igvmtool.measurement.Profile;
import dev.igvmtool.measurement.Trace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes {@code samples/attested}: a small image, reports and quotes of machines that were never started from it, and all
 * that vouches for them, under roots of nobody.
 */
public final class MadeSample {
    private static final int SNP = 1;
    private static final int TDX = 2;
    private static final int BOTH = SNP | TDX;

    private MadeSample() {}

    /** @param arguments the folder */
    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        IgvmFile image = image();
        write(folder.resolve("image.igvm"), IgvmWriter.toBytes(image));
        MadeAmd amd = MadeAmd.of(SnpProduct.GENOA, SigningKey.VCEK);
        MadeIntel intel = new MadeIntel();
        write(
                folder.resolve("roots.pem"),
                MadeCertificates.pem(List.of(amd.root().certificate(), intel.root.certificate())));

        List<Certificate> chain = amd.chain(amd.leaf());
        write(folder.resolve("snp/certificates.pem"), MadeCertificates.pem(chain));
        write(folder.resolve("snp/report.bin"), report(amd, image, Profile.HYPERV));
        write(folder.resolve("snp/report-qemu.bin"), report(amd, image, Profile.QEMU));

        intel.mrTd = digest(image, PlatformType.TDX, Profile.HYPERV);
        intel.nextUpdate = java.time.Instant.parse("2036-01-01T00:00:00Z");
        write(folder.resolve("tdx/quote.bin"), intel.quote(5, true));
        write(folder.resolve("tdx/collateral/tcb-info.json"), intel.tcbInfo());
        write(folder.resolve("tdx/collateral/qe-identity.json"), intel.qeIdentity());
        write(folder.resolve("tdx/collateral/tcb-signing.pem"), MadeCertificates.pem(intel.certificates()));
    }

    private static Bytes report(MadeAmd amd, IgvmFile image, Profile profile) {
        MadeReport report = amd.report(3);
        report.u32(0x04, 0);
        report.u64(0x08, 0x30000);
        report.bytes(0x90, digest(image, PlatformType.SEV_SNP, profile));
        return amd.sign(report);
    }

    private static Bytes digest(IgvmFile image, PlatformType platform, Profile profile) {
        SupportedPlatform header = image.platform(platform).orElseThrow();
        return LaunchDigest.of(image, new LaunchDigest.Request(header, profile.rules(), Trace.OFF))
                .value();
    }

    private static IgvmFile image() {
        return new IgvmFile(
                Revision.V1,
                List.of(
                        new SupportedPlatform(SNP, 0, PlatformType.SEV_SNP, 1, 1L << 46),
                        new SupportedPlatform(TDX, 0, PlatformType.TDX, 1, 1L << 47)),
                List.of(new GuestPolicy(0x30000, SNP), new GuestPolicy(2, TDX)),
                List.of(
                        new ParameterArea(0x2000, 0, Bytes.EMPTY),
                        page(0x100000, "The first page of a made image.", false),
                        page(0x101000, "The second one.", false),
                        page(0x102000, "Shared with the host, not measured by Hyper-V.", true),
                        new ParameterInsert(0x103000, BOTH, 0),
                        new VpContext(0xffff_ffff_f000L, SNP, 0, Bytes.zeros(4096))));
    }

    private static PageData page(long gpa, String text, boolean shared) {
        Bytes content = Bytes.wrap(text.getBytes(StandardCharsets.US_ASCII)).paddedTo(4096);
        return new PageData(gpa, BOTH, new PageDataFlags(shared ? 4 : 0), PageDataType.NORMAL, content);
    }

    private static void write(Path file, Bytes content) throws IOException {
        Files.createDirectories(file.getParent());
        Files.write(file, content.toByteArray());
    }
}
