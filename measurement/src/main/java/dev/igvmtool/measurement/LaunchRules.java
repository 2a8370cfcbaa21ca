package dev.igvmtool.measurement;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How directives become launch updates, in those points in which tools and virtual machine monitors differ. Hash
 * functions and their records are the platform's and never differ.
 *
 * @param directives which directives are the platform's
 * @param contexts which processor contexts are measured
 * @param shared what becomes of pages with the shared flag
 * @param parameters pages of an inserted parameter area
 * @param empty what a page without data in the file is, on SNP
 * @param large what a page with the 2 MiB flag is
 * @param pages order of pages against parameter areas
 * @param vmsaOrder place of VMSAs in the order, on SNP and SEV-ES
 * @param vmsaAddress address of VMSAs, on SNP
 * @param sevContent what is hashed of pages on SEV and SEV-ES, which know no page types
 * @param policy whether an SNP file must have a guest policy
 */
public record LaunchRules(
        Directives directives,
        Contexts contexts,
        SharedPages shared,
        ParameterPages parameters,
        EmptyPages empty,
        LargePages large,
        PageOrder pages,
        VmsaOrder vmsaOrder,
        VmsaAddress vmsaAddress,
        SevContent sevContent,
        Policy policy) {

    /** The way that one rule is. */
    public interface Choice {
        /** The name of the constant. */
        String name();

        /** The name in words. */
        default String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ').replace("vmsa", "VMSA");
        }
    }

    /** A directive is the platform's if its mask has the bits of the platform's mask. */
    public enum Directives implements Choice {
        WITH_ALL_BITS,
        WITH_ANY_BIT;

        boolean select(int directiveMask, int platformMask) {
            return this == WITH_ALL_BITS
                    ? (directiveMask & platformMask) == platformMask
                    : (directiveMask & platformMask) != 0;
        }
    }

    /** Contexts that are measured: {@code EVERY_VMSA} does not ask for which platform a VMSA is. */
    public enum Contexts implements Choice {
        OF_THE_PLATFORM,
        EVERY_VMSA
    }

    /** Shared pages are skipped, or measured like private ones. */
    public enum SharedPages implements Choice {
        SKIPPED,
        MEASURED
    }

    /** Pages of an area that are launched; whether an unknown area is an error, has no page, or has one. */
    public enum ParameterPages implements Choice {
        ALL,
        ALL_OF_KNOWN_AREAS,
        FIRST_ONLY
    }

    /** An empty page is NORMAL with the hash of zeros, or ZERO without a hash. */
    public enum EmptyPages implements Choice {
        NORMAL,
        ZERO
    }

    /**
     * A page of 2 MiB is one page of 4 KiB all the same; or 512 pages, of which the first has the data in the file, if
     * there may be any.
     */
    public enum LargePages implements Choice {
        ONE_PAGE,
        SPLIT,
        SPLIT_IF_EMPTY
    }

    /**
     * Pages in file order; or a run of pages waits until a page comes that does not continue it, and parameter areas
     * that stand in between go first.
     */
    public enum PageOrder implements Choice {
        AS_IN_FILE,
        RUNS_HELD_BACK
    }

    /** VMSAs where they stand in the file, or after everything else. */
    public enum VmsaOrder implements Choice {
        AS_IN_FILE,
        LAST
    }

    /** VMSAs at the address in the file, or at 0xfffffffff000, where KVM has all of them. */
    public enum VmsaAddress implements Choice {
        AS_IN_FILE,
        OF_KVM
    }

    /** What the file stores of any page, nothing for empty ones; or whole pages, those without the unmeasured flag. */
    public enum SevContent implements Choice {
        STORED_DATA,
        MEASURED_PAGES
    }

    /** A file without a guest policy for SNP is refused, or measured all the same. */
    public enum Policy implements Choice {
        REQUIRED,
        NOT_LOOKED_AT
    }

    /** Every rule by its name, in fixed order. */
    public Map<String, Choice> choices() {
        Map<String, Choice> choices = new LinkedHashMap<>();
        choices.put("directives", directives);
        choices.put("processor contexts", contexts);
        choices.put("shared pages", shared);
        choices.put("parameter insert pages", parameters);
        choices.put("empty pages", empty);
        choices.put("2 MiB pages", large);
        choices.put("page order", pages);
        choices.put("VMSA order", vmsaOrder);
        choices.put("VMSA address", vmsaAddress);
        choices.put("SEV page content", sevContent);
        choices.put("guest policy", policy);
        return choices;
    }

    /** Names of the rules in which {@code other} differs. */
    public List<String> differences(LaunchRules other) {
        List<String> names = new ArrayList<>();
        Map<String, Choice> others = other.choices();
        choices().forEach((name, choice) -> {
            if (!choice.equals(others.get(name))) {
                names.add(name);
            }
        });
        return names;
    }

    /** These rules with one of them as {@code choice} says; its type says which. */
    public LaunchRules with(Choice choice) {
        return new LaunchRules(
                choice instanceof Directives it ? it : directives,
                choice instanceof Contexts it ? it : contexts,
                choice instanceof SharedPages it ? it : shared,
                choice instanceof ParameterPages it ? it : parameters,
                choice instanceof EmptyPages it ? it : empty,
                choice instanceof LargePages it ? it : large,
                choice instanceof PageOrder it ? it : pages,
                choice instanceof VmsaOrder it ? it : vmsaOrder,
                choice instanceof VmsaAddress it ? it : vmsaAddress,
                choice instanceof SevContent it ? it : sevContent,
                choice instanceof Policy it ? it : policy);
    }
}
