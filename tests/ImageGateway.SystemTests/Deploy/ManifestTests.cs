using System.Text.Json.Nodes;
using ImageGateway.SystemTests.Processes;
using ImageGateway.SystemTests.Running;
using ImageGateway.Tests;

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
        Assert.Equal(["Deployment", "HorizontalPodAutoscaler", "Namespace", "NetworkPolicy", "PodDisruptionBudget", "Service", "Service"], objects.Select(made => (string)made["kind"]!).Order());
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

        Assert.InRange((int)Pod["terminationGracePeriodSeconds"]!, pause + Delay("kubernetes/gateway.json") + Drain + 20, 300);
        Assert.InRange(Seconds((string)Compose("gateway-1")["stop_grace_period"]!), Delay("gateway/gateway.json") + Drain + 20, 300);
    }

    [Fact]
    public void Redis_over_tls_and_the_tokens_of_a_managed_identity_are_let_out()
    {
        var rules = Yaml.Objects().Single(made => (string)made["kind"]! == "NetworkPolicy")["spec"]!["egress"]!.AsArray();

        Assert.Contains("6380", rules.Where(rule => rule!["to"] is null).SelectMany(rule => rule!["ports"]!.AsArray()).Select(port => port!["port"]!.ToString()));
        var identity = rules.Single(rule => rule!["to"] is not null)!;
        Assert.Equal(("169.254.169.254/32", "80"), ((string)identity["to"]!.AsArray().Single()!["ipBlock"]!["cidr"]!, identity["ports"]!.AsArray().Single()!["port"]!.ToString()));
    }

    [Fact]
    public void Control_plane_is_let_in_by_its_label_alone_and_keys_come_from_the_secret()
    {
        var policy = Yaml.Objects().Single(made => (string)made["kind"]! == "NetworkPolicy")["spec"]!;
        var open = policy["ingress"]!.AsArray().Where(rule => rule!["from"] is null).SelectMany(rule => rule!["ports"]!.AsArray()).Select(port => (string)port!["port"]!);
        var labelled = policy["ingress"]!.AsArray().Single(rule => rule!["from"] is not null)!;

        Assert.Equal(["Ingress", "Egress"], policy["policyTypes"]!.AsArray().Select(type => (string)type!));
        Assert.Equal(["http"], open);
        Assert.Equal(("control", "true"), ((string)labelled["ports"]!.AsArray().Single()!["port"]!, (string)labelled["from"]!.AsArray().Single()!["namespaceSelector"]!["matchLabels"]!["imagegateway/control"]!));
        Assert.Equal("imagegateway", (string)Container["envFrom"]!.AsArray().Single()!["secretRef"]!["name"]!);
        Assert.Null(Container["env"]);
    }

    [Fact]
    public void Compose_starts_two_replicas_and_everything_around_them()
    {
        Assert.Equal(["gateway-1", "gateway-2", "grafana", "otel", "postgres", "prometheus", "proxy", "redis"], Yaml.Read("compose.yaml").Single()["services"]!.AsObject().Select(service => service.Key).Order());
        Assert.Equal("redis-server --appendonly yes --appendfsync everysec", string.Join(' ', Compose("redis")["command"]!.AsArray().Select(word => (string)word!)));
    }

    // Two builds of one image at once fail on a machine that has none yet; and what depends on others comes back with them.
    [Fact]
    public void Compose_builds_the_image_once_and_comes_back_after_a_restart()
    {
        var services = Yaml.Read("compose.yaml").Single()["services"]!.AsObject();
        Assert.Equal("gateway-1", Assert.Single(services, service => service.Value!["build"] is not null).Key);
        Assert.Equal("never", (string?)services["gateway-2"]!["pull_policy"]);
        Assert.All(services, service => Assert.Equal("unless-stopped", (string?)service.Value!["restart"]));
        Assert.All(["gateway-1", "gateway-2"], replica => Assert.Equal("service_healthy", (string?)services["proxy"]!["depends_on"]![replica]!["condition"]));
    }

    [Fact]
    public void Image_is_built_in_stages_and_runs_without_rights()
    {
        var lines = File.ReadAllLines(Repository.File("Dockerfile"));
        var last = lines[Array.FindLastIndex(lines, line => line.StartsWith("FROM ", StringComparison.Ordinal))..];

        Assert.Equal(3, lines.Count(line => line.StartsWith("FROM ", StringComparison.Ordinal)));
        Assert.EndsWith("-chiseled", last[0], StringComparison.Ordinal);
        Assert.Equal("USER $APP_UID", Assert.Single(last, line => line.StartsWith("USER ", StringComparison.Ordinal)));
        Assert.Equal("VOLUME [\"/data\", \"/tmp\"]", Assert.Single(last, line => line.StartsWith("VOLUME ", StringComparison.Ordinal)));
        Assert.DoesNotContain(last, line => line.StartsWith("RUN ", StringComparison.Ordinal));
    }

    [Fact]
    public void Alerts_are_those_that_are_promised() => Assert.Superset(
        new HashSet<string> { "BudgetNearlySpent", "CircuitOpen", "LedgerLag", "StoreErrors", "ErrorShare", "QueueWait" },
        Yaml.Read("prometheus/rules.yml").Single()["groups"]!.AsArray().SelectMany(group => group!["rules"]!.AsArray()).Select(rule => (string)rule!["alert"]!).ToHashSet());

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
            Assert.Equal(["/tmp"], compose["tmpfs"]!.AsArray().Select(mount => ((string)mount!).Split(':')[0]));
            Assert.Equal([$"spool-{replica[^1]}:/data"], compose["volumes"]!.AsArray().Select(mount => (string)mount!).Where(mount => !mount.EndsWith(":ro", StringComparison.Ordinal)));
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
    [InlineData("gateway/gateway.json")]
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

    // DrainDelay of a configuration.
    private static int Delay(string file) => (int)TimeSpan.Parse((string?)JsonNode.Parse(File.ReadAllText(Path.Combine(Yaml.Folder, file)), null, new() { CommentHandling = System.Text.Json.JsonCommentHandling.Skip })!["Gateway"]!["DrainDelay"] ?? "0", System.Globalization.CultureInfo.InvariantCulture).TotalSeconds;

    private static int Seconds(string duration) => int.Parse(duration.TrimEnd('s'));
}
