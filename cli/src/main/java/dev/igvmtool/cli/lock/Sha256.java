package dev.igvmtool.cli.lock;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.cli.lock.BuildLock.Item;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Takes a digest of what is written to it, and counts it. */
final class Sha256 implements WritableByteChannel {
    private final MessageDigest digest;
    private long sizeBytes;

    Sha256() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    static Item of(String from, Bytes content) {
        Sha256 sha = new Sha256();
        sha.write(content.asBuffer());
        return sha.item(from);
    }

    Item item(String from) {
        return new Item(from, sizeBytes, HexFormat.of().formatHex(digest.digest()));
    }

    @Override
    public int write(ByteBuffer source) {
        int count = source.remaining();
        digest.update(source);
        sizeBytes += count;
        return count;
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {}
}
