package dev.igvmtool.cli;

import dev.igvmtool.attestation.sign.Token;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that name a PKCS#11 token. */
final class TokenOptions {
    @Option(
            names = "--pkcs11-library",
            paramLabel = "FILE",
            description = "Take keys from the PKCS#11 token behind this library, such as libsofthsm2.so.")
    Optional<String> library;

    @Option(
            names = "--pkcs11-slot-index",
            paramLabel = "N",
            defaultValue = "0",
            description = "Which of its slots, counted from 0 (default: 0).")
    int slotIndex;

    @Option(
            names = "--pin-file",
            paramLabel = "FILE",
            description = "File with the PIN of the token in its first line; - for standard input.")
    Optional<String> pinFile;

    Token open(Console console) {
        String path = library.orElseThrow(() -> new CommandException("a key label needs --pkcs11-library"));
        if (path.chars().anyMatch(c -> c < ' ' || c == '"')) {
            throw new CommandException("--pkcs11-library: " + path + " cannot be the name of a library");
        }
        String pin = pinFile.map(name -> new InputFile(name)
                        .read(
                                console,
                                content -> content.toUtf8().lines().findFirst().orElse("")))
                .orElseThrow(() -> new CommandException("--pkcs11-library needs --pin-file"));
        String configuration = "name = igvmtool\nlibrary = " + path + "\nslotListIndex = " + slotIndex + "\n";
        return Token.open(configuration, pin.toCharArray());
    }
}
