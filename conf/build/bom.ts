/**
 * The list of components of the executables (SBOM), as CycloneDX 1.6: the runtime, and the packages that the program's modules
 * import with all that those need. Packages that only tests use are not in it. The same sources give the same bytes.
 */

/** What of `deno info --json` it is made from. */
export interface ModuleGraph {
  readonly modules: readonly { readonly npmPackage?: string }[];
  readonly npmPackages: Readonly<Record<string, NpmPackage>>;
}

interface NpmPackage {
  readonly name: string;
  readonly version: string;
  readonly dependencies: readonly string[];
}

/** What of deno.lock it is made from: `npm` by `name@version`. */
export interface LockFile {
  readonly npm: Readonly<Record<string, { readonly integrity: string }>>;
}

export interface Product {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  /** The commit, if known. */
  readonly commit: string;
  readonly denoVersion: string;
}

/** `dynomite-0.1.0.cdx.json`. */
export function bomName(version: string): string {
  return `dynomite-${version}.cdx.json`;
}

/** The text of the file. Throws when a package of the graph is not in the lock file. */
export function describeBom(product: Product, graph: ModuleGraph, lock: LockFile): string {
  const used = usedPackages(graph);
  const self = `pkg:npm/${encodeName(product.name)}@${product.version}`;
  const runtime = `pkg:github/denoland/deno@v${product.denoVersion}`;
  const direct = new Set(graph.modules.flatMap(({ npmPackage }) => npmPackage ?? []));
  const refOf = (id: string) => purlOf(graph.npmPackages[id]!);
  const bom = {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      component: {
        type: "application",
        "bom-ref": self,
        name: product.name,
        version: product.version,
        licenses: [{ license: { id: product.license } }],
        ...(product.commit === "" ? {} : { properties: [{ name: "commit", value: product.commit }] }),
      },
    },
    components: [
      { type: "platform", "bom-ref": runtime, name: "deno", version: product.denoVersion, purl: runtime },
      ...used.map((id) => {
        const { name, version } = graph.npmPackages[id]!;
        const locked = lock.npm[id];
        if (locked === undefined) throw new Error(`${id} is not in the lock file`);
        const purl = refOf(id);
        return {
          type: "library",
          "bom-ref": purl,
          name,
          version: plain(version),
          hashes: [hashOf(locked.integrity)],
          purl,
        };
      }),
    ],
    dependencies: [
      { ref: self, dependsOn: [runtime, ...used.filter((id) => direct.has(id)).map(refOf)] },
      { ref: runtime },
      ...used.map((id) => ({ ref: refOf(id), dependsOn: graph.npmPackages[id]!.dependencies.map(refOf).toSorted() })),
    ],
  };
  return `${JSON.stringify(bom, undefined, 2)}\n`;
}

/** The packages of the modules and what they need, by name. */
function usedPackages({ modules, npmPackages }: ModuleGraph): readonly string[] {
  const used = new Set<string>();
  const add = (id: string): void => {
    if (used.has(id)) return;
    used.add(id);
    npmPackages[id]!.dependencies.forEach(add);
  };
  for (const { npmPackage } of modules) if (npmPackage !== undefined) add(npmPackage);
  return [...used].toSorted();
}

/** Without the packages it was resolved beside: `3.0.1_ajv@8.20.0`. */
function plain(version: string): string {
  return version.split("_")[0]!;
}

function purlOf({ name, version }: NpmPackage): string {
  return `pkg:npm/${encodeName(name)}@${plain(version)}`;
}

function encodeName(name: string): string {
  return name.replace(/^@/, "%40");
}

/** `sha512-<base64>` as CycloneDX has it. */
function hashOf(integrity: string): { readonly alg: string; readonly content: string } {
  const dash = integrity.indexOf("-");
  const [algorithm, digest] = [integrity.slice(0, dash), integrity.slice(dash + 1)];
  const content = Array.from(atob(digest), (byte) => byte.charCodeAt(0).toString(16).padStart(2, "0")).join("");
  return { alg: algorithm.replace(/^sha/, "SHA-"), content };
}
