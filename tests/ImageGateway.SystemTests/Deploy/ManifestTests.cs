using System.Text.Json.Nodes;
using ImageGateway.SystemTests.Processes;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Deploy;

/// <summary>What can be known of the files in <c>deploy/</c> without a cluster or a container engine.</summary>
public sealed class ManifestTests
{
    // DrainTimeout's default.
    private const int Drain = 120;

    private static JsonNode Pod => Yaml.Read("kubernetes/deployment.yaml").Single()["spec"]!["template"]!["spec"]!;

    private static JsonNode Container => Pod["containers"]!.AsArray().Single()!;

    [Fact]
    public void Every_file_is_yaml() => Assert.All(Yaml.Files, path => Assert.NotEmpty(Yaml.Read(path)));

    [Fact]
    public void Kustomization_names_every_object_and_files_that_there_are()
    {
        var kustomization = Yaml.Read("kubernetes/kustomization.yaml").Single();
        var files = kustomization["resources"]!.AsArray().Concat(kustomization["configMapGenerator"]![0]!["files"]!.AsArray()).Select(file => (string)file!).ToList();

        Assert.All(files, file => Assert.True(File.Exists(Path.Combine(Yaml.Folder, "kubernetes", file)), file));
        var objects = files.Where(file => file.EndsWith(".yaml", StringComparison.Ordinal)).SelectMany(file => Yaml.Read($"kubernetes/{file}")).ToList();
        Assert.Equal(["Deployment", "HorizontalPodAutoscaler", "NetworkPolicy", "PodDisruptionBudget", "Service", "Service"], objects.Select(made => (string)made["kind"]!).Order());
        Assert.All(objects, made => Assert.StartsWith("imagegateway", (string)made["metadata"]!["name"]!, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_selector_finds_the_pod()
    {
        var labels = Yaml.Read("kubernetes/deployment.yaml").Single()["spec"]!["template"]!["metadata"]!["labels"]!;
        var specs = Yaml.Objects().Where(made => made["spec"] is not null).Select(made => made["spec"]!).ToList();
        var selectors = specs.Select(spec => spec["selector"] ?? spec["podSelector"]).OfType<JsonNode>().Select(selector => selector["matchLabels"] ?? selector).ToList();
        selectors.AddRange(Pod["topologySpreadConstraints"]!.AsArray().Select(constraint => constraint!["labelSelector"]!["matchLabels"]!));

        Assert.Equal(7, selectors.Count); // deployment, two services, budget, network, two ways to spread
        Assert.All(selectors, selector => Assert.True(JsonNode.DeepEquals(labels, selector), selector.ToJsonString()));
    }

    [Fact]
    public void Pod_has_time_to_drain()
    {
        var pause = (int)Container["lifecycle"]!["preStop"]!["sleep"]!["seconds"]!;

        Assert.True((int)Pod["terminationGracePeriodSeconds"]! >= pause + Drain + 10);
        Assert.True(Seconds((string)Compose("gateway-1")["stop_grace_period"]!) >= Drain + 10);
    }

    [Fact]
    public void Pod_is_probed_where_the_gateway_answers()
    {
        Assert.Equal([("/healthz/live", "control"), ("/healthz/ready", "control"), ("/healthz/live", "control")], [Probe("livenessProbe"), Probe("readinessProbe"), Probe("startupProbe")]);
        Assert.Equal([("http", 8080), ("control", 9090)], Container["ports"]!.AsArray().Select(port => ((string)port!["name"]!, (int)port["containerPort"]!)));
    }

    [Fact]
    public void Containers_write_nowhere_but_to_their_volumes_and_have_no_rights()
    {
        var security = Container["securityContext"]!;
        Assert.True((bool)security["readOnlyRootFilesystem"]! && !(bool)security["allowPrivilegeEscalation"]! && (bool)Pod["securityContext"]!["runAsNonRoot"]!);
        Assert.Equal(["/data", "/tmp"], Container["volumeMounts"]!.AsArray().Where(mount => (bool?)mount!["readOnly"] != true).Select(mount => (string)mount!["mountPath"]!).Order());
        foreach (var replica in (string[])["gateway-1", "gateway-2"])
        {
            var compose = Compose(replica);
            Assert.True((bool)compose["read_only"]!);
            Assert.Equal(["/data", "/tmp"], compose["tmpfs"]!.AsArray().Select(mount => ((string)mount!).Split(':')[0]).Order());
            Assert.All(compose["volumes"]!.AsArray(), mount => Assert.EndsWith(":ro", (string)mount!, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Files_that_compose_mounts_are_there()
    {
        var mounts = Yaml.Read("compose.yaml").Single()["services"]!.AsObject().SelectMany(service => service.Value!["volumes"]?.AsArray() ?? []).Select(mount => ((string)mount!).Split(':')[0]).Where(path => path.StartsWith('.')).Distinct().ToList();

        Assert.NotEmpty(mounts);
        Assert.All(mounts, path => Assert.True(Path.Exists(Path.Combine(Yaml.Folder, path)), path));
    }

    [Theory]
    [InlineData("gateway.json")]
    [InlineData("kubernetes/gateway.json")]
    public async Task Gateway_accepts_its_configuration(string file)
    {
        using var folder = new TemporaryFolder();
        var environment = Compose("gateway-1")["environment"]!.AsObject().Select(entry => (entry.Key, "a value of this test's, long enough")).Where(entry => entry.Key.StartsWith("GATEWAY_", StringComparison.Ordinal));
        using var check = GatewayProcess.Start(folder.Path, ["check-config", "--config", Path.Combine(Yaml.Folder, file)], [.. environment.Select((entry, i) => (entry.Key, $"{entry.Item2} {i}"))]);

        Assert.True(await check.ExitCodeAsync() == 0, string.Join('\n', check.Errors));
        Assert.DoesNotContain(check.Errors, line => line.Length > 0);
    }

    private static (string Path, string Port) Probe(string name) => ((string)Container[name]!["httpGet"]!["path"]!, (string)Container[name]!["httpGet"]!["port"]!);

    private static JsonNode Compose(string service) => Yaml.Read("compose.yaml").Single()["services"]![service]!;

    private static int Seconds(string duration) => int.Parse(duration.TrimEnd('s'));
}
