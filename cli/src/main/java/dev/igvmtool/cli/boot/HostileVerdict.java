package dev.igvmtool.cli.boot;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.host.hostile.plan.Expectation;
import dev.igvmtool.host.hostile.plan.Expectation.Outcome;
import dev.igvmtool.host.hostile.plan.Expectation.Product;
import dev.igvmtool.host.hostile.plan.HostilePlan;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Whether a boot went as the plan of its hostile host says.
 *
 * @param plan of the host
 * @param told the lies that were told, as the timeline has them
 * @param expectation for the isolation of the boot, if the plan has one
 * @param difference from what is expected; empty if there is none
 */
public record HostileVerdict(
        HostilePlan plan, List<TimelineEvent> told, Optional<Expectation> expectation, Optional<String> difference) {
    private static final String LIE = "X";
    private static final String HOST = "H";

    public HostileVerdict {
        told = List.copyOf(told);
    }

    /**
     * Judges a boot.
     *
     * @param honest the same boot with an honest host, asked for only where it is needed
     */
    public static HostileVerdict of(
            HostilePlan plan, Optional<Expectation> expectation, BootOutcome boot, Supplier<BootOutcome> honest) {
        return new HostileVerdict(
                plan,
                boot.events().stream()
                        .filter(event -> event.id().startsWith(LIE))
                        .toList(),
                expectation,
                expectation.flatMap(it -> difference(it, boot, honest)));
    }

    /** One line for people. */
    public String describe() {
        StringBuilder text = new StringBuilder("hostile host " + plan.name() + ": ");
        if (expectation.isEmpty()) {
            return text.append("nothing is expected of this isolation").toString();
        }
        Expectation expected = expectation.get();
        text.append("expected that the guest ")
                .append(
                        switch (expected.outcome()) {
                            case REFUSES -> "refuses at ";
                            case STOPS -> "is stopped after ";
                            case PROCEEDS -> "proceeds to ";
                        });
        text.append(expected.event());
        return text.append(difference.map(it -> "; but " + it).orElse(", which it did"))
                .toString();
    }

    private static Optional<String> difference(Expectation expected, BootOutcome boot, Supplier<BootOutcome> honest) {
        if (expected.outcome() == Outcome.PROCEEDS) {
            if (boot.events().stream().noneMatch(event -> event.id().equals(expected.event()))) {
                return Optional.of("it ended after " + lastEvent(boot) + reason(boot));
            }
            return expected.unchanged().isEmpty()
                    ? Optional.empty()
                    : changed(expected.unchanged(), boot, honest.get());
        }
        if (boot.failure().isEmpty()) {
            return Optional.of("it went on to " + lastEvent(boot));
        }
        if (!lastEvent(boot).equals(expected.event())) {
            return Optional.of("it ended after " + lastEvent(boot) + reason(boot));
        }
        return expected.says()
                .filter(text -> !says(boot, text))
                .map(text -> "nothing says \"" + text + "\"" + reason(boot));
    }

    private static String lastEvent(BootOutcome boot) {
        String last = "nothing";
        for (TimelineEvent event : boot.events()) {
            if (!event.id().startsWith(LIE) && !event.id().startsWith(HOST)) {
                last = event.id();
            }
        }
        return last;
    }

    private static String reason(BootOutcome boot) {
        return boot.failure().map(it -> ": " + it.reason()).orElse("");
    }

    private static boolean says(BootOutcome boot, String text) {
        return boot.failure().filter(it -> it.reason().contains(text)).isPresent()
                || boot.shimLog().filter(log -> log.toUtf8().contains(text)).isPresent();
    }

    private static Optional<String> changed(List<Product> products, BootOutcome boot, BootOutcome honest) {
        if (boot.handoff().isEmpty() || honest.handoff().isEmpty()) {
            return Optional.of("there is no hand-over to the kernel to compare");
        }
        return products.stream()
                .filter(product -> !part(product, boot).equals(part(product, honest)))
                .map(product -> "the " + product.name().toLowerCase(Locale.ROOT).replace('_', ' ')
                        + " is not that of an honest host")
                .findFirst();
    }

    private static Object part(Product product, BootOutcome boot) {
        Handoff handoff = boot.handoff().orElseThrow();
        return switch (product) {
            case KERNEL_TREE -> handoff.kernelTree();
            case COMMAND_LINE -> handoff.commandLine();
            case E820 -> handoff.e820();
            case BOOT_PARAMS -> handoff.bootParams().orElse(Bytes.EMPTY);
            case GUEST_OUTPUT -> boot.vm().guestConsole().text();
        };
    }
}
