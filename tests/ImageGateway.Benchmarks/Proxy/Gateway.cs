using ImageGateway.Benchmarks.Processes;

namespace ImageGateway.Benchmarks.Proxy;

/// <summary>The gateway as it is shipped, with one provider (the stub), one tenant, no cache unless it is asked for, no line logged for each request (the other systems log none), a ledger where a database is given, and limits that are never reached where a Redis is and no cache.</summary>
internal static class Gateway
{
    private const string Cached = """, "Cache": { "Ttl": "01:00:00" }""";

    public const string AdminKey = "igw_bench_admin_0123456789abcdef";

    public static ChildCommand Command(string name, string directory, int port, int upstream, string database, string redis = "", bool caches = false)
    {
        directory = Directory.CreateDirectory(Path.Combine(directory, name)).FullName;
        var file = Path.Combine(directory, "gateway.json");
        File.WriteAllText(file, Configuration(upstream, database, redis, caches));
        var command = DotNet.Command(name, Assembly(), "--config", file, "--urls", $"http://127.0.0.1:{port}");
        return command with
        {
            Environment = new Dictionary<string, string>(command.Environment)
            {
                ["BENCH_PROVIDER_KEY"] = "sk-bench-0123456789abcdef0123456789abcdef",
                ["BENCH_KEY"] = Requests.Key,
                ["BENCH_ADMIN_KEY"] = AdminKey,
            },
        };
    }

    // Budgets of the tenant and of its project, and pictures a minute: what a tenant usually has.
    private const string Limits = """, "Limits": { "UsdPerMonth": 1000000000, "ImagesPerMinute": 1000000000 }, "Projects": { "bench": { "Limits": { "UsdPerDay": 1000000000 } } }""";

    private static string Configuration(int upstream, string database, string redis, bool caches) => $$"""
        { "Serilog": { "MinimumLevel": "Warning" }, "ConnectionStrings": { "Database": "{{database}}", "Redis": "{{redis}}" }, "Gateway": {
          "AdminKeys": [ { "Secret": "env:BENCH_ADMIN_KEY", "Scope": "read" } ],
          "Providers": { "openai": { "Kind": "OpenAI", "BaseUrl": "http://127.0.0.1:{{upstream}}/v1", "ApiKey": "env:BENCH_PROVIDER_KEY", "Lifecycle": "ignore", "Models": [ "gpt-image-1" ] } },
          "Tenants": { "bench": { "Keys": [ { "Name": "bench", "Secret": "env:BENCH_KEY", "Project": "bench" } ], "Models": [ "*" ]{{(caches ? Cached : redis.Length > 0 ? Limits : "")}} } } } }
        """;

    /// <summary>Its build output, of the same configuration as this one: a reference builds it beforehand.</summary>
    private static string Assembly()
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory); // …/tests/ImageGateway.Benchmarks/bin/Release/net10.0/
        var root = output.Parent?.Parent?.Parent?.Parent?.Parent ?? throw new DirectoryNotFoundException(output.FullName);
        return Path.Combine(root.FullName, "src", "ImageGateway", "bin", output.Parent.Name, output.Name, "ImageGateway.dll");
    }
}
