package dev.igvmtool.cli;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.attestation.sign.IdBlockSigning;
import dev.igvmtool.measurement.Profile;
import dev.igvmtool.measurement.snp.IdBlock;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that say what an ID block says. */
final class IdBlockContent {
    @Option(
            names = "--payload",
            paramLabel = "FILE",
            description = "The 96 bytes that were signed, such as the .idblock file of a build.")
    Optional<String> payload;

    @Option(names = "--svn", paramLabel = "N", description = "Security version of the guest (default: 0).")
    Optional<String> svn;

    @Option(names = "--family-id", paramLabel = "ID", description = "32 hexadecimal digits, or up to 16 characters.")
    Optional<String> familyId;

    @Option(names = "--image-id", paramLabel = "ID", description = "The same.")
    Optional<String> imageId;

    @Option(
            names = "--profile",
            paramLabel = "NAME",
            defaultValue = "hyperv",
            description = "Whose launch digest it has, see igvmtool measure --profiles (default: hyperv).")
    String profile;

    @Option(names = "--digest", paramLabel = "DIGEST", description = "Launch digest, where there is no image.")
    Optional<String> digest;

    @Option(names = "--policy", paramLabel = "NUMBER", description = "Guest policy, where there is no image.")
    Optional<String> policy;

    /** The block where there is no image. */
    IdBlock without() {
        Bytes measured = Hex.sha384(
                "--digest", digest.orElseThrow(() -> new CommandException("found no IMAGE and no --digest")));
        String bits = policy.orElseThrow(() -> new CommandException("--digest needs --policy"));
        return new IdBlock(measured, familyId(), imageId(), IdBlock.VERSION, svn(), Hex.number("--policy", bits));
    }

    /** The block of an image. */
    IdBlock of(Console console, IdBlockSigning signing) {
        if (digest.isPresent() || policy.isPresent()) {
            throw new CommandException("--digest and --policy are for blocks without an image");
        }
        if (payload.isEmpty()) {
            return signing.block(familyId(), imageId(), svn());
        }
        if (svn.isPresent() || familyId.isPresent() || imageId.isPresent()) {
            throw new CommandException("--payload has SVN and ids itself, found --svn, --family-id or --image-id");
        }
        return signing.block(new InputFile(payload.get()).read(console, bytes -> bytes));
    }

    private Bytes familyId() {
        return familyId.map(it -> id("--family-id", it)).orElse(Bytes.zeros(16));
    }

    private Bytes imageId() {
        return imageId.map(it -> id("--image-id", it)).orElse(Bytes.zeros(16));
    }

    private static Bytes id(String option, String text) {
        Bytes id = text.matches("[0-9a-fA-F]{32}") ? Bytes.fromHex(text) : Bytes.utf8(text);
        if (id.size() > 16) {
            throw new CommandException(option + ": " + id.size() + " bytes, expected at most 16");
        }
        return id.paddedTo(16);
    }

    private long svn() {
        return svn.map(it -> Hex.u32("--svn", it)).orElse(0L);
    }

    /** Who measures the image. */
    Profile profile() {
        return ProfileNames.parseForSnp(profile);
    }
}
