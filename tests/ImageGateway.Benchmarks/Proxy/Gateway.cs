using ImageGateway.Benchmarks.Processes;

namespace ImageGateway.Benchmarks.Proxy;

/// <summary>The gateway as it is shipped, in front of the stub; no line is logged for each request, as with the other systems.</summary>
internal static class Gateway
{
    public const string AdminKey = "igw_bench_admin_0123456789abcdef";

    private const string Cached = """, "Cache": { "Ttl": "01:00:00" }""";
    private const string Limited = """, "Limits": { "UsdPerMonth": 1000000000, "ImagesPerMinute": 1000000000, "RequestsPerMinute": 1000000000 }""";

    public static ChildCommand Command(string name, string directory, int port, int upstream, GatewaySetup setup)
    {
        directory = Directory.CreateDirectory(Path.Combine(directory, name)).FullName;
        var file = Path.Combine(directory, "gateway.json");
        File.WriteAllText(file, Configuration(upstream, setup));
        var command = DotNet.Command(name, Assembly(), "--config", file, "--urls", $"http://127.0.0.1:{port}");
        var environment = new Dictionary<string, string>(command.Environment)
        {
            ["BENCH_PROVIDER_KEY"] = "sk-bench-0123456789abcdef0123456789abcdef",
            ["BENCH_ADMIN_KEY"] = AdminKey,
        };
        for (var tenant = 0; tenant < setup.Tenants; tenant++)
            environment[$"BENCH_KEY_{tenant}"] = Requests.KeyOf(tenant);
        return command with { Environment = environment };
    }

    private static string Configuration(int upstream, GatewaySetup setup)
    {
        var targets = Enumerable.Range(1, setup.Targets).ToArray();
        return $$"""
            { "Serilog": { "MinimumLevel": "Warning" }, "ConnectionStrings": { "Database": "{{setup.Database}}", "Redis": "{{setup.Redis}}" }, "Gateway": {
              "AdminKeys": [ { "Secret": "env:BENCH_ADMIN_KEY", "Scope": "read" } ],
              "Providers": { {{string.Join(",", targets.Select(number => Provider(number, upstream, setup)))}} },
              "Routes": [ {{(targets.Length > 1 ? Route(targets) : "")}} ],
              "Tenants": { {{string.Join(",", Enumerable.Range(0, setup.Tenants).Select(number => Tenant(number, setup)))}} } } }
            """;
    }

    private static string Provider(int number, int upstream, GatewaySetup setup)
    {
        var capacity = setup.Targets > 1 ? """, "RequestsPerMinute": 1000000, "ImagesPerMinute": 1000000, "Concurrent": 1000""" : "";
        return $$"""
            "openai-{{number}}": { "Kind": "OpenAI", "BaseUrl": "http://127.0.0.1:{{upstream}}/v1", "ApiKey": "env:BENCH_PROVIDER_KEY", "Lifecycle": "ignore", "Models": [ { "Model": "gpt-image-1"{{capacity}} } ] }
            """;
    }

    private static string Route(int[] targets) => $$"""
        { "Name": "bench", "Strategy": "Weighted", "Targets": [ {{string.Join(",", targets.Select(number => $"\"openai-{number}/gpt-image-1\""))}} ] }
        """;

    private static string Tenant(int number, GatewaySetup setup)
    {
        var limits = setup.Limits ? Limited : "";
        return $$"""
            "bench-{{number}}": { "Keys": [ { "Name": "bench", "Secret": "env:BENCH_KEY_{{number}}", "Project": "bench"{{limits}} } ], "Models": [ "*" ],
              "Projects": { "bench": { {{limits.TrimStart(',')}} } }{{limits}}{{(setup.Caches ? Cached : "")}} }
            """;
    }

    /// <summary>Its build output, of the same configuration as this one: a reference builds it beforehand.</summary>
    private static string Assembly()
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory); // …/tests/ImageGateway.Benchmarks/bin/Release/net10.0/
        var root = output.Parent?.Parent?.Parent?.Parent?.Parent ?? throw new DirectoryNotFoundException(output.FullName);
        return Path.Combine(root.FullName, "src", "ImageGateway", "bin", output.Parent.Name, output.Name, "ImageGateway.dll");
    }
}
