package dev.igvmtool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.attestation.embedded.ImagePolicy;
import dev.igvmtool.attestation.embedded.ImageVerifier;
import dev.igvmtool.attestation.verdict.Outcome;
import dev.igvmtool.format.IgvmReader;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Keys in a PKCS#11 token: SoftHSM2, which Debian has as {@code softhsm2}. Its place is in an environment variable, so
 * everything runs in processes of its own.
 */
class SignTokenIT {
    private static final List<String> LIBRARIES = List.of(
            "/usr/lib/softhsm/libsofthsm2.so",
            "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
            "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
            "/usr/lib64/pkcs11/libsofthsm2.so");
    private static final String PIN = "1234";

    @TempDir
    Path folder;

    private String run(String... command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment()
                .put("SOFTHSM2_CONF", folder.resolve("softhsm2.conf").toString());
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(2, TimeUnit.MINUTES), command[0]);
        return process.exitValue() + " " + output;
    }

    private static String program(String name) {
        return Path.of(System.getProperty("java.home"), "bin", name).toString();
    }

    private String igvmtool(String... args) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(program("java"), "-cp", System.getProperty("java.class.path"), "dev.igvmtool.cli.Main"));
        command.addAll(List.of(args));
        return run(command.toArray(String[]::new));
    }

    private void makeToken(String library) throws IOException, InterruptedException {
        Files.createDirectory(folder.resolve("tokens"));
        Files.writeString(folder.resolve("softhsm2.conf"), "directories.tokendir = " + folder.resolve("tokens") + "\n");
        Files.writeString(folder.resolve("pin"), PIN + "\n");
        Path provider = Files.writeString(
                folder.resolve("provider.cfg"), "name = test\nlibrary = " + library + "\nslotListIndex = 0\n");
        assertTrue(run("softhsm2-util", "--init-token", "--free", "--label", "t", "--pin", PIN, "--so-pin", PIN)
                .startsWith("0 "));
        for (List<String> kind : List.of(
                List.of("id", "EC", "-groupname", "secp384r1"),
                List.of("author", "EC", "-groupname", "secp384r1"),
                List.of("rsa", "RSA", "-keysize", "2048"))) {
            String made = run(
                    program("keytool"),
                    "-genkeypair",
                    "-alias",
                    kind.get(0),
                    "-keyalg",
                    kind.get(1),
                    kind.get(2),
                    kind.get(3),
                    "-dname",
                    "CN=" + kind.get(0),
                    "-keystore",
                    "NONE",
                    "-storetype",
                    "PKCS11",
                    "-storepass",
                    PIN,
                    "-addprovider",
                    "SunPKCS11",
                    "-providerarg",
                    provider.toString());
            assertTrue(made.startsWith("0 "), made);
        }
    }

    @Test
    void keysStayInTheToken() throws IOException, InterruptedException {
        Optional<String> library =
                LIBRARIES.stream().filter(it -> Files.exists(Path.of(it))).findFirst();
        Assumptions.assumeTrue(library.isPresent(), "SoftHSM2 is not installed");
        makeToken(library.get());
        String image = SharedTestData.require("attestation/igvm/mixed-c.igvm").toString();
        String signed = folder.resolve("signed.igvm").toString();
        String[] token = {
            "--pkcs11-library",
            library.get(),
            "--pin-file",
            folder.resolve("pin").toString()
        };
        assertDone(igvmtool(with(
                token, "sign", "id-block", image, "-o", signed, "--key-label", "id", "--author-key-label", "author")));
        assertDone(igvmtool(with(
                token,
                "sign",
                "corim",
                signed,
                "-o",
                signed,
                "--platform",
                "snp",
                "--svn",
                "0",
                "--issuer",
                "me",
                "--key-label",
                "rsa")));
        assertDone(igvmtool(with(
                token,
                "sign",
                "corim",
                signed,
                "-o",
                signed,
                "--platform",
                "tdx",
                "--svn",
                "0",
                "--issuer",
                "me",
                "--key-label",
                "id")));
        assertEquals(
                Outcome.PASS,
                new ImageVerifier(ImagePolicy.agreement(Instant.EPOCH))
                        .verify(IgvmReader.read(Path.of(signed)))
                        .outcome());
        String unknown = igvmtool(with(token, "sign", "id-block", image, "-o", signed, "--key-label", "no-such-key"));
        assertTrue(unknown.startsWith("2 igvmtool: "), unknown);
        assertTrue(unknown.contains("no-such-key"), unknown);
        Files.writeString(folder.resolve("pin"), "9999\n");
        String wrongPin = igvmtool(with(token, "sign", "id-block", image, "-o", signed, "--key-label", "id"));
        assertTrue(wrongPin.startsWith("2 igvmtool: "), wrongPin);
        assertTrue(wrongPin.contains("token cannot be opened"), wrongPin);
    }

    private static String[] with(String[] token, String... args) {
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of(token));
        return all.toArray(String[]::new);
    }

    private static void assertDone(String outcome) {
        assertTrue(outcome.startsWith("0 "), outcome);
    }
}
