package dev.igvmtool.bench;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.attestation.Endorsements;
import dev.igvmtool.attestation.Expectations;
import dev.igvmtool.attestation.Verifier;
import dev.igvmtool.attestation.image.ImageExpectations;
import dev.igvmtool.attestation.policy.PolicyReader;
import dev.igvmtool.attestation.verdict.Outcome;
import dev.igvmtool.attestation.x509.TrustAnchors;
import dev.igvmtool.format.IgvmReader;
import dev.igvmtool.measurement.ecdsa.Ecdsa;
import dev.igvmtool.measurement.ecdsa.SignatureEngines;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * How many reports the verifier judges: the made evidence of {@code samples/attested}, from its bytes to the whole tree of
 * checks. Prints processor time for each, the least of several rounds, how many that are in a second of one core, and the
 * ratio to one verification of an ECDSA signature on P-384 by the JDK in the same run; then the same with a thread for each
 * core that share one verifier. In the working directory must be the sources.
 */
public final class VerifyReports {
    private static final int ROUNDS = 7;
    private static final int COUNT = 200;
    private static final double SECOND = 1e9;
    private static final Path SAMPLE = Path.of("samples", "attested");

    private final Bytes report = read("snp/report.bin");
    private final Bytes quote = read("tdx/quote.bin");
    private final Verifier verifier;
    private final Endorsements snp;
    private final Endorsements tdx;
    private final Expectations expectations;

    /** Everything that is made once for many reports. */
    private VerifyReports() {
        List<Bytes> roots = List.of(read("roots.pem"));
        verifier = new Verifier(
                PolicyReader.read(SAMPLE.resolve("policy.yaml")),
                TrustAnchors.of(endorsements(roots).certificates()),
                Instant.parse("2026-06-01T00:00:00Z"));
        snp = endorsements(List.of(read("snp/certificates.pem")));
        tdx = endorsements(List.of(
                read("tdx/collateral/tcb-info.json"),
                read("tdx/collateral/qe-identity.json"),
                read("tdx/collateral/tcb-signing.pem")));
        expectations = Expectations.of(ImageExpectations.of(IgvmReader.read(read("image.igvm")), Optional.empty()));
    }

    private static Endorsements endorsements(List<Bytes> files) {
        return files.stream().map(Endorsements::read).reduce(Endorsements.NONE, Endorsements::and);
    }

    private static Bytes read(String name) {
        try {
            return Bytes.wrap(Files.readAllBytes(SAMPLE.resolve(name)));
        } catch (IOException e) {
            throw new IllegalStateException("run this in the folder of the sources: " + e, e);
        }
    }

    /** Measures and prints. */
    public static void main(String[] args) throws GeneralSecurityException {
        VerifyReports reports = new VerifyReports();
        double yardstick = reports.measure("ECDSA signature on P-384", 1, signature(), 0);
        int cores = Runtime.getRuntime().availableProcessors();
        for (int threads : new int[] {1, cores}) {
            reports.measure("SNP report with its chain, against an image", threads, reports::snpReport, yardstick);
            reports.measure("TDX quote with its collateral, against an image", threads, reports::tdxQuote, yardstick);
        }
    }

    private static BooleanSupplier signature() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp384r1"));
        KeyPair pair = generator.generateKeyPair();
        Bytes message = Bytes.utf8("message");
        Bytes signed = Ecdsa.P384.sign(SignatureEngines.JDK, pair.getPrivate(), message);
        return () -> Ecdsa.P384.verify(pair.getPublic(), message, signed);
    }

    /** Nanoseconds of processor time for one; {@code yardstick} 0 if this is the yardstick. */
    private double measure(String what, int threads, BooleanSupplier work, double yardstick) {
        double best = Double.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            best = Math.min(
                    best,
                    IntStream.range(0, threads)
                            .mapToObj(i ->
                                    CompletableFuture.supplyAsync(() -> time(work), task -> new Thread(task).start()))
                            .toList()
                            .stream()
                            .mapToDouble(CompletableFuture::join)
                            .average()
                            .orElseThrow());
        }
        System.out.printf(
                Locale.ROOT,
                "%-52s threads %d %10.0f us %8.0f / s and core, ratio %.2f%n",
                what,
                threads,
                best / 1000,
                SECOND / best,
                yardstick == 0 ? 1 : best / yardstick);
        return best;
    }

    /** Processor time that this thread needs for one. */
    private static double time(BooleanSupplier work) {
        long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        for (int i = 0; i < COUNT; i++) {
            if (!work.getAsBoolean()) {
                // A verdict that ends early would be fast.
                throw new IllegalStateException("the sample does not pass");
            }
        }
        return (double) (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start) / COUNT;
    }

    private boolean snpReport() {
        return verifier.verify(report, snp, expectations).outcome() == Outcome.PASS;
    }

    private boolean tdxQuote() {
        return verifier.verify(quote, tdx, expectations).outcome() == Outcome.PASS;
    }
}
