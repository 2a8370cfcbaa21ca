package dev.igvmtool.measurement;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.format.header.PageData;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** SHA-384 of pages, on all cores. Remembers hashes if wanted, and is for one thread at a time then. */
public final class PageHashes {
    /** Bytes of a hash. */
    public static final int HASH_BYTES = 48;

    // Small enough to keep all cores busy to the end, large enough not to be noticed.
    private static final int PAGES_PER_TASK = 256;

    private final byte[] zeroPage = new byte[PageData.PAGE_SIZE];
    private final byte[] zeroPageHash = Sha.sha384().digest(zeroPage);

    // By identity: who measures one file often has the same objects each time, and no page is compared with another.
    private final Optional<Map<Bytes, Bytes>> memory;

    /** Hashes every page that it is given. */
    public PageHashes() {
        this(Optional.empty());
    }

    private PageHashes(Optional<Map<Bytes, Bytes>> memory) {
        this.memory = memory;
    }

    /** Hashes each page once, for those who measure the same file many times. */
    public static PageHashes remembering() {
        return new PageHashes(Optional.of(new IdentityHashMap<>()));
    }

    /** One hash after the other, in the order of the pages; each page is filled up with zeros. */
    public Bytes each(List<Bytes> pages) {
        byte[] hashes = new byte[Math.multiplyExact(pages.size(), HASH_BYTES)];
        if (memory.isPresent()) {
            remembered(pages, memory.get(), hashes);
        } else {
            HashTasks.run(tasks(pages, hashes));
        }
        return Bytes.wrap(hashes);
    }

    private void remembered(List<Bytes> pages, Map<Bytes, Bytes> known, byte[] hashes) {
        List<Bytes> unknown =
                pages.stream().filter(page -> !known.containsKey(page)).toList();
        byte[] added = new byte[unknown.size() * HASH_BYTES];
        HashTasks.run(tasks(unknown, added));
        for (int i = 0; i < unknown.size(); i++) {
            known.put(unknown.get(i), Bytes.wrap(added).slice(i * HASH_BYTES, HASH_BYTES));
        }
        int offset = 0;
        for (Bytes page : pages) {
            Objects.requireNonNull(known.get(page)).copyTo(0, hashes, offset, HASH_BYTES);
            offset += HASH_BYTES;
        }
    }

    /**
     * Hashes of some pages.
     *
     * @param all of the pages one after the other, each filled up with zeros
     * @param each one hash after the other
     */
    public record Summary(Bytes all, Bytes each) {}

    /** Both kinds of hashes of the same pages. */
    public Summary summary(List<Bytes> pages) {
        byte[] hashes = new byte[Math.multiplyExact(pages.size(), HASH_BYTES)];
        byte[] all = new byte[HASH_BYTES];
        List<Runnable> tasks = new ArrayList<>();
        // The longest task first.
        tasks.add(() -> {
            MessageDigest digest = Sha.sha384();
            pages.forEach(page -> update(digest, page));
            System.arraycopy(digest.digest(), 0, all, 0, HASH_BYTES);
        });
        tasks.addAll(tasks(pages, hashes));
        HashTasks.run(tasks);
        return new Summary(Bytes.wrap(all), Bytes.wrap(hashes));
    }

    private List<Runnable> tasks(List<Bytes> pages, byte[] hashes) {
        List<Runnable> tasks = new ArrayList<>();
        for (int first = 0; first < pages.size(); first += PAGES_PER_TASK) {
            int start = first;
            int end = Math.min(first + PAGES_PER_TASK, pages.size());
            tasks.add(() -> hash(pages, start, end, hashes));
        }
        return tasks;
    }

    private void hash(List<Bytes> pages, int start, int end, byte[] hashes) {
        MessageDigest digest = Sha.sha384();
        for (int i = start; i < end; i++) {
            Bytes page = pages.get(i);
            byte[] hash = zeroPageHash;
            if (!page.isEmpty()) {
                update(digest, page);
                hash = digest.digest();
            }
            System.arraycopy(hash, 0, hashes, i * HASH_BYTES, HASH_BYTES);
        }
    }

    private void update(MessageDigest digest, Bytes page) {
        Sha.update(digest, page);
        digest.update(zeroPage, 0, zeroPage.length - page.size());
    }
}
