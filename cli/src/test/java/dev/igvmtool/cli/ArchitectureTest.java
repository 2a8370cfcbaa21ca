package dev.igvmtool.cli;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.igvmtool.machine.guest.Program;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The dependencies between modules, over compiled classes. */
class ArchitectureTest {
    private static final String ROOT = "dev.igvmtool.";

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.igvmtool");

    /** A module, by its root package, and the packages of this project that it may use besides its own. */
    private record Module(String name, List<String> uses) {
        static Module of(String name, String... uses) {
            return new Module(name, List.of(uses));
        }

        static Module stage(String name) {
            return of(name, "machine.guest", "devicetree..", "abi..");
        }
    }

    private static final List<Module> MODULES = List.of(
            Module.of("abi"),
            Module.of("document", "abi.."),
            Module.of("devicetree", "abi.."),
            Module.of("format", "abi.."),
            Module.of("measurement", "format..", "abi.."),
            Module.of("attestation", "measurement..", "format..", "document..", "abi.."),
            Module.of("builder", "measurement..", "format..", "document..", "abi.."),
            Module.of("machine", "devicetree..", "abi.."),
            Module.of("debugger", "machine..", "devicetree..", "abi.."),
            Module.of("host", "machine..", "format..", "devicetree..", "document..", "abi.."),
            Module.stage("bootshim"),
            Module.stage("sidecar"),
            Module.stage("kernelstub"),
            Module.stage("init"),
            Module.stage("paravisor"),
            Module.stage("guest"));

    /** Modules that no rule speaks of: the command line may use everything, test support serves tests only. */
    private static final List<String> FREE = List.of("cli", "testing");

    @TestFactory
    Stream<DynamicTest> modulesUseOnlyWhatStandsBelowThem() {
        return MODULES.stream()
                .map(module -> DynamicTest.dynamicTest(module.name(), () -> {
                    List<String> allowed = new ArrayList<>(List.of(ROOT + module.name() + ".."));
                    module.uses().forEach(used -> allowed.add(ROOT + used));
                    classes()
                            .that()
                            .resideInAPackage(ROOT + module.name() + "..")
                            .should()
                            .onlyDependOnClassesThat(outside().or(resideInAnyPackage(allowed.toArray(String[]::new))))
                            .check(CLASSES);
                }));
    }

    @Test
    void everyModuleHasARule() {
        TreeSet<String> named = new TreeSet<>(FREE);
        MODULES.forEach(module -> named.add(module.name()));
        TreeSet<String> found = new TreeSet<>(FREE);
        CLASSES.forEach(
                type -> found.add(type.getPackageName().substring(ROOT.length()).split("\\.", 2)[0]));
        assertEquals(named, found);
    }

    @Test
    void abiOnlyEncodes() {
        classes()
                .that()
                .resideInAPackage(ROOT + "abi..")
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(
                        ROOT + "abi..",
                        "java.lang..",
                        "java.math",
                        "java.nio",
                        "java.nio.charset",
                        "java.util",
                        "java.util.function",
                        "java.util.stream",
                        "java.util.zip",
                        "org.jspecify.annotations"))
                .because("abi has no behaviour beyond encoding and typed access")
                .check(CLASSES);
    }

    @Test
    void librariesStayInTheirPlaces() {
        onlyIn("picocli..", ROOT + "cli..");
        onlyIn("com.fasterxml.jackson..", ROOT + "document..", ROOT + "cli..", ROOT + "testing..");
        onlyIn("org.apache.commons.compress..", ROOT + "kernelstub..", ROOT + "builder.load..");
        onlyIn("org.bouncycastle..", ROOT + "attestation..");
        onlyIn("org.eclipse.lsp4j..", ROOT + "debugger.dap..");
        onlyIn("org.tukaani..", ROOT + "kernelstub..", ROOT + "builder.load..");
    }

    private static void onlyIn(String library, String... places) {
        noClasses()
                .that()
                .resideOutsideOfPackages(places)
                .should()
                .dependOnClassesThat(resideInAPackage(library))
                .check(CLASSES);
    }

    @Test
    void programsHaveNoState() {
        fields().that()
                .areDeclaredInClassesThat()
                .implement(Program.class)
                .should()
                .beFinal()
                .allowEmptyShould(true)
                .because("what outlives a step is in guest memory, registers or the record that the machine keeps")
                .check(CLASSES);
    }

    @Test
    void nothingStaticChanges() {
        fields().that()
                .areStatic()
                .and(haveNoCompilerMadeName())
                .should()
                .beFinal()
                .check(CLASSES);
    }

    private static DescribedPredicate<JavaField> haveNoCompilerMadeName() {
        return DescribedPredicate.describe(
                "are not made by the compiler", field -> !field.getName().startsWith("$"));
    }

    @Test
    void everyPackageIsDescribedAndNullMarked() {
        List<String> bare = new ArrayList<>();
        CLASSES.forEach(type -> {
            if (!type.getPackage().isAnnotatedWith(NullMarked.class)) {
                bare.add(type.getPackageName());
            }
        });
        assertEquals(List.of(), bare.stream().distinct().sorted().toList());
    }

    private static DescribedPredicate<JavaClass> outside() {
        return DescribedPredicate.not(resideInAPackage("dev.igvmtool.."));
    }

    /** The verifier is a function of bytes, policy and time; only policies can be read from files. */
    @Test
    void verificationReadsNoFileClockOrNetwork() {
        noClasses()
                .that()
                .resideInAPackage(ROOT + "attestation..")
                .and()
                .resideOutsideOfPackage(ROOT + "attestation.policy")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.nio.file..", "java.nio.channels..", "java.net.http..")
                .orShould()
                .dependOnClassesThat()
                .haveNameMatching(
                        "java\\.io\\.(File.*|RandomAccessFile)|java\\.net\\.(UR[IL]|.*Socket.*|Inet.*)|.*Clock")
                .orShould()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .check(CLASSES);
    }
}
