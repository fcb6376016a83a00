using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ImageGateway.SystemTests.Running;
using ImageGateway.SystemTests.Tenants;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ImageGateway.SystemTests.Hostile;

/// <summary>
/// Every endpoint there is, asked by a tenant for what is another's: it answers as for what does not exist. An endpoint that is
/// not in the table fails these tests, so that whoever adds one decides what a stranger sees there.
/// </summary>
public sealed partial class IsolationTests : IAsyncLifetime
{
    private const string Mine = "alpha";
    private const string Theirs = "beta";

    private static readonly Dictionary<string, Access> Table = new()
    {
        ["POST {prefix}/images/generations"] = Access.Own,
        ["POST {prefix}/images/edits"] = Access.Own,
        ["POST {prefix}/images/variations"] = Access.Own,
        ["POST {prefix}/images/estimate"] = Access.Own,
        ["GET {prefix}/models"] = Access.Own,
        ["GET {prefix}/models/{**id}"] = Access.Own,
        ["GET /v1/quota"] = Access.Own,
        ["GET /v1/organization/usage/images"] = Access.Own,
        ["GET /v1/organization/costs"] = Access.Own,
        ["GET /v1/images/jobs/{id}"] = Access.ById,
        ["DELETE /v1/images/jobs/{id}"] = Access.ById,
        ["GET /v1/images/files/{id}"] = Access.ById,
        ["HEAD /v1/images/files/{id}"] = Access.ById,
        ["GET /admin/v1/tenants"] = Access.Admin,
        ["POST /admin/v1/tenants"] = Access.Admin,
        ["GET /admin/v1/tenants/{id}"] = Access.Admin,
        ["PATCH /admin/v1/tenants/{id}"] = Access.Admin,
        ["PUT /admin/v1/tenants/{id}"] = Access.Admin,
        ["DELETE /admin/v1/tenants/{id}"] = Access.Admin,
        ["GET /admin/v1/tenants/{tenant}/projects"] = Access.Admin,
        ["POST /admin/v1/tenants/{tenant}/projects"] = Access.Admin,
        ["GET /admin/v1/tenants/{tenant}/projects/{id}"] = Access.Admin,
        ["PATCH /admin/v1/tenants/{tenant}/projects/{id}"] = Access.Admin,
        ["PUT /admin/v1/tenants/{tenant}/projects/{id}"] = Access.Admin,
        ["DELETE /admin/v1/tenants/{tenant}/projects/{id}"] = Access.Admin,
        ["GET /admin/v1/tenants/{tenant}/keys"] = Access.Admin,
        ["POST /admin/v1/tenants/{tenant}/keys"] = Access.Admin,
        ["GET /admin/v1/tenants/{tenant}/keys/{id}"] = Access.Admin,
        ["PATCH /admin/v1/tenants/{tenant}/keys/{id}"] = Access.Admin,
        ["PUT /admin/v1/tenants/{tenant}/keys/{id}"] = Access.Admin,
        ["DELETE /admin/v1/tenants/{tenant}/keys/{id}"] = Access.Admin,
        ["POST /admin/v1/tenants/{tenant}/keys/{id}/rotate"] = Access.Admin,
        ["GET {scope}/limits"] = Access.Admin,
        ["PUT {scope}/limits"] = Access.Admin,
        ["DELETE {scope}/limits"] = Access.Admin,
        ["POST {scope}/limits/top_ups"] = Access.Admin,
        ["DELETE {scope}/limits/top_ups/{top_up}"] = Access.Admin,
        ["GET /admin/v1/limits"] = Access.Admin,
        ["GET /admin/v1/ledger"] = Access.Admin,
        ["GET /admin/v1/ledger/{id}"] = Access.Admin,
        ["GET /admin/v1/ledger/outcomes"] = Access.Admin,
        ["GET /admin/v1/spend"] = Access.Admin,
        ["GET /admin/v1/export"] = Access.Admin,
        ["POST /admin/v1/reconcile"] = Access.Admin,
        ["GET /admin/v1/audit"] = Access.Admin,
        ["GET /admin/v1/targets"] = Access.Admin,
        ["POST /admin/v1/targets/{target}/{action}"] = Access.Admin,
        ["POST /admin/v1/targets/{**path}"] = Access.Admin,
        ["GET /admin/v1/prices"] = Access.Admin,
        ["GET /openapi/{documentName}.json"] = Access.Anybody,
        ["GET /metrics"] = Access.Anybody, // names tenants: docs/security.md says how to keep it from them
        ["* /healthz/live"] = Access.Anybody,
        ["* /healthz/ready"] = Access.Anybody,
    };

    private readonly HttpClient _http;
    private readonly string _prompt = $"a fox {Guid.NewGuid():N}";

    private int _connections;
    private AdminGateway? _gateway;
    private string _myKey = "";
    private string _theirKey = "";
    private Dictionary<string, string> _ids = [];

    // Each request comes from another address: one would soon have no failed authentications left.
    public IsolationTests() => _http = new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero, ConnectCallback = ConnectAsync });

    // Who may see something there.
    private enum Access
    {
        /// <summary>Each tenant, and of its own alone.</summary>
        Own,

        /// <summary>The tenant whose id, or signed address, it is.</summary>
        ById,

        /// <summary>An admin.</summary>
        Admin,

        /// <summary>Whoever asks: nothing there is a tenant's.</summary>
        Anybody,
    }

    private AdminGateway Gateway => _gateway!;

    public async Task InitializeAsync()
    {
        _gateway = await AdminGateway.StartAsync();
        var (mine, theirs) = (await Gateway.IssueAsync(Mine), await Gateway.IssueAsync(Theirs));
        (_myKey, _theirKey) = ((string)mine["secret"]!, (string)theirs["secret"]!);
        using var response = await Gateway.SendAsync(HttpMethod.Post, "/v1/images/generations", Job("url"), _myKey);
        var file = (string)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["data"]![0]!["file_id"]!;
        _ids = new() { ["tenant"] = Mine, ["project"] = "web", ["user"] = "ada", ["key"] = (string)mine["id"]!, ["job"] = response.Header("x-request-id")!, ["file"] = file };
        await Until.TrueAsync(async () => (await AskAsync(HttpMethod.Get, $"/v1/images/jobs/{_ids["job"]}", _myKey)).Status == 200, "the job is in the ledger");
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await Gateway.DisposeAsync();
    }

    [Fact]
    public void Every_endpoint_is_in_the_table_and_no_other()
    {
        Assert.Equal(Table.Keys.Order(StringComparer.Ordinal), Endpoints().Select(endpoint => endpoint.Row).Distinct().Order(StringComparer.Ordinal));
    }

    // The same status, head and body, but for the id itself.
    [Fact]
    public async Task Id_of_another_tenant_is_answered_as_one_that_does_not_exist()
    {
        var compared = 0;
        foreach (var (row, method, pattern) in Endpoints().Where(endpoint => Table[endpoint.Row] is Access.Admin or Access.ById && endpoint.Pattern.Contains('{', StringComparison.Ordinal)))
        {
            var (known, unknown) = (Path(pattern, _ids), Path(pattern, Unknown()));
            foreach (var key in Table[row] == Access.Admin ? [_theirKey, ""] : (string[])[_theirKey])
            {
                var (theirs, nobodys) = (await AskAsync(method, known, key), await AskAsync(method, unknown, key));
                Assert.Equal(Hidden(nobodys.Text, unknown), Hidden(theirs.Text, known));
                Assert.Equal((nobodys.Status, nobodys.Head), (theirs.Status, theirs.Head));
                Assert.Equal(Table[row] == Access.Admin ? 401 : 404, theirs.Status);
                compared++;
            }
        }
        Assert.True(compared > 30, $"{compared} compared");
    }

    [Fact]
    public async Task Nothing_of_another_tenant_stands_in_any_answer()
    {
        foreach (var (_, method, pattern) in Endpoints().Where(endpoint => Table[endpoint.Row] != Access.Anybody && endpoint.Method == HttpMethod.Get))
        {
            var (path, since) = (Path(pattern, _ids), TimeProvider.System.GetUtcNow().AddDays(-1).ToUnixTimeSeconds());
            var narrowed = $"{path}?start_time={since}&group_by=project_id&project_ids={Mine}/web&api_key_ids={_ids["key"]}&user_ids=ada&user=ada&tenant={Mine}&project=web";
            foreach (var asked in (string[])[path, $"{path}?start_time={since}&group_by=project_id", narrowed])
            {
                var answer = await AskAsync(method, asked, _theirKey);
                Assert.True(answer.Status is 200 or 400 or 401 or 404, $"{asked}: {answer.Status} {answer.Text}");
                // What was asked for may be named in the refusal.
                if (answer.Status == 200)
                    Assert.DoesNotContain(_ids.Values.Append(_prompt).Where(id => id is not "web"), id => answer.Text.Contains(id, StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public async Task Usage_of_another_tenant_does_not_exist_whatever_is_asked_for()
    {
        var yesterday = TimeProvider.System.GetUtcNow().AddDays(-1).ToUnixTimeSeconds();
        foreach (var query in (string[])["", $"&project_ids={Mine}/web", $"&api_key_ids={_ids["key"]}", "&user_ids=ada", "&group_by=project_id", "&group_by=user_id", "&group_by=api_key_id"])
        {
            Assert.Contains("\"num_model_requests\":1", (await AskAsync(HttpMethod.Get, $"/v1/organization/usage/images?start_time={yesterday}{query}", _myKey)).Text, StringComparison.Ordinal);
            Assert.DoesNotContain("\"num_model_requests\":1", (await AskAsync(HttpMethod.Get, $"/v1/organization/usage/images?start_time={yesterday}{query}", _theirKey)).Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task File_of_another_tenant_is_no_picture_to_edit()
    {
        var (theirs, nobodys) = (await AskAsync(HttpMethod.Post, "/v1/images/edits", _theirKey, Edit(_ids["file"])), await AskAsync(HttpMethod.Post, "/v1/images/edits", _theirKey, Edit(Unknown()["file"])));

        Assert.Equal((nobodys.Status, nobodys.Head, nobodys.Text.Replace(Unknown()["file"], "", StringComparison.Ordinal)), (theirs.Status, theirs.Head, theirs.Text.Replace(_ids["file"], "", StringComparison.Ordinal)));
        Assert.Equal(404, theirs.Status);
        Assert.Equal(200, (await AskAsync(HttpMethod.Post, "/v1/images/edits", _myKey, Edit(_ids["file"]))).Status);
    }

    [Fact]
    public async Task Idempotency_key_of_another_tenant_is_free()
    {
        var key = ("Idempotency-Key", $"{Guid.NewGuid()}");
        Assert.Equal(200, (await AskAsync(HttpMethod.Post, "/v1/images/generations", _myKey, Job("b64_json"), key)).Status);
        Assert.Equal(422, (await AskAsync(HttpMethod.Post, "/v1/images/generations", _myKey, Job("b64_json").Replace("fox", "owl", StringComparison.Ordinal), key)).Status);
        Assert.Equal(200, (await AskAsync(HttpMethod.Post, "/v1/images/generations", _theirKey, Job("b64_json").Replace("fox", "owl", StringComparison.Ordinal), key)).Status);
    }

    // A key that only reads learns nothing by trying to write.
    [Fact]
    public async Task Reading_admin_key_changes_nothing_whether_it_exists_or_not()
    {
        foreach (var (_, method, pattern) in Endpoints().Where(endpoint => Table[endpoint.Row] == Access.Admin && endpoint.Method != HttpMethod.Get))
        {
            foreach (var ids in new[] { _ids, Unknown() })
                Assert.Equal(403, (await AskAsync(method, Path(pattern, ids), AdminGateway.ReadKey, "{}")).Status);
        }
    }

    private IEnumerable<(string Row, HttpMethod Method, string Pattern)> Endpoints() =>
        from endpoint in Gateway.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        let pattern = Constraint().Replace($"/{endpoint.RoutePattern.RawText!.TrimStart('/')}", "}")
        from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods is { Count: > 0 } methods ? methods : ["*"]
        select ($"{method} {Scope().Replace(Prefix().Replace(pattern, "{prefix}/"), "{scope}/limits")}", new HttpMethod(method == "*" ? "GET" : method), pattern);

    private static string Path(string pattern, Dictionary<string, string> ids)
    {
        var id = pattern.StartsWith("/admin/v1/ledger", StringComparison.Ordinal) || pattern.Contains("/jobs/", StringComparison.Ordinal) ? "job"
            : pattern.Contains("/files/", StringComparison.Ordinal) ? "file"
            : pattern.Contains("/keys/", StringComparison.Ordinal) ? "key"
            : pattern.Contains("/users/", StringComparison.Ordinal) ? "user"
            : pattern.Contains("/projects/", StringComparison.Ordinal) ? "project" : "tenant";
        var whole = pattern.Replace("{**id}", "gpt-image-1", StringComparison.Ordinal).Replace("{**path}", "openai/gpt-image-1/drain", StringComparison.Ordinal);
        return Parameter().Replace(whole, parameter => parameter.Groups["name"].Value switch
        {
            "tenant" => ids["tenant"],
            "id" => ids[id],
            "project" or "key" or "user" => ids[parameter.Groups["name"].Value],
            "action" => "drain",
            "top_up" => "0a1b",
            "target" => "openai%2Fgpt-image-1",
            "provider" => "openai",
            "deployment" or "name" => "gpt-image-1",
            var other => throw new InvalidOperationException($"{pattern} has a parameter '{other}' that these tests do not know."),
        });
    }

    private Dictionary<string, string> Unknown() => _ids.ToDictionary(id => id.Key, id => id.Key switch
    {
        "job" => "01890000-0000-7000-8000-000000000000",
        "file" or "key" => string.Concat(id.Value.Select((letter, i) => i < id.Value.Length - 6 ? letter : letter == '0' ? '1' : '0')),
        _ => "nobodys",
    });

    private async Task<(int Status, string Head, string Text)> AskAsync(HttpMethod method, string path, string key, string? body = null, (string Name, string Value)? header = null)
    {
        using var request = new HttpRequestMessage(method, Gateway.Urls[0] + path) { Content = body is null ? null : new StringContent(body, System.Text.Encoding.UTF8, "application/json") };
        if (key.Length > 0)
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {key}");
        if (header is { } more)
            request.Headers.TryAddWithoutValidation(more.Name, more.Value);
        using var response = await _http.SendAsync(request);
        var names = response.Headers.Concat(response.Content.Headers).Select(one => one.Key).Where(name => name is not ("Date" or "Transfer-Encoding" or "Content-Length")).Order(StringComparer.Ordinal);
        return ((int)response.StatusCode, string.Join(' ', names), await response.Content.ReadAsStringAsync());
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext to, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Parse($"127.0.1.{1 + (_connections++ % 250)}"), 0));
        await socket.ConnectAsync(to.DnsEndPoint, cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }

    // An id that is named in the answer as it was asked for.
    private static string Hidden(string text, string path) => path.Split('/').Where(part => part.Length > 0).Aggregate(text, (hidden, part) => hidden.Replace(part, "", StringComparison.Ordinal));

    private string Job(string format) => $$"""{"model":"gpt-image-1","prompt":"{{_prompt}}","quality":"low","size":"1024x1024","user":"ada","response_format":"{{format}}"}""";

    private static string Edit(string file) => $$"""{"model":"gpt-image-1","prompt":"a fox","quality":"low","images":[{"file_id":"{{file}}"}]}""";

    [GeneratedRegex(@"^/(v1|openai/v1|openai|openai/deployments/\{deployment\})/(?=images/(generations|edits|variations|estimate)|models)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Prefix();

    [GeneratedRegex(@"^/admin/v1/tenants/\{tenant\}(/(projects/\{\w+\}|keys/\{\w+\}|users/\{\w+\}))?/limits", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Scope();

    [GeneratedRegex(@":regex\([^}]*\)\}", RegexOptions.None, 1000)]
    private static partial Regex Constraint();

    [GeneratedRegex(@"\{(?<name>\w+)\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Parameter();
}
