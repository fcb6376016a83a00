using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ImageGateway.Simulator.Faults;
using ImageGateway.SystemTests.Reload;
using ImageGateway.SystemTests.Running;
using static ImageGateway.SystemTests.Caching.CachingGateway;

namespace ImageGateway.SystemTests.Caching;

/// <summary>Pictures behind addresses of the gateway's own.</summary>
public abstract class HostedPictureTests(CachingGateway gateway) : IDisposable
{
    private readonly string _prompt = $"a fox {Guid.NewGuid():N}";
    private readonly HttpClient _anyone = new();

    public void Dispose()
    {
        _anyone.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Address_is_answered_for_a_model_that_has_only_base64()
    {
        var reply = await gateway.AskAsync(_prompt, job => (job["response_format"], job["n"]) = ("url", 2), Plain);
        Assert.Equal((200, null), (reply.Status, reply.Head.Header("x-gateway-adjusted")));
        Assert.Equal(2, reply.Json["data"]!.AsArray().Count);
        Assert.NotNull(reply.Json["usage"]);
        foreach (var item in reply.Json["data"]!.AsArray())
        {
            Assert.Null(item!["b64_json"]);
            Assert.StartsWith($"{gateway.Url}v1/images/files/{(string)item["file_id"]!}?exp=", (string)item["url"]!, StringComparison.Ordinal);
            using var picture = await _anyone.GetAsync((string)item["url"]!);
            var bytes = await picture.Content.ReadAsByteArrayAsync();
            Assert.Equal(("image/png", "nosniff"), (picture.Content.Headers.ContentType?.MediaType, picture.Header("x-content-type-options")));
            Assert.StartsWith("inline", picture.Content.Headers.ContentDisposition?.ToString(), StringComparison.Ordinal);
            Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], bytes[..4]);
        }
        await gateway.Ledger.CheckSumsAsync();
    }

    // A client of DALL·E reads an address; what its route serves it with instead, only its operator knows.
    [Fact]
    public async Task Model_whose_default_is_an_address_has_one_whichever_model_serves_it()
    {
        await using var own = await OwnGateway.StartAsync($$"""
            "Providers": { {{OwnGateway.Account("west")}} }, "Routes": [ { "Name": "instead", "When": { "Model": "dall-e-3" }, "Targets": [ "west/gpt-image-1" ] }, { "Name": "by-model" } ]
            """);
        using var address = await own.GenerateAsync("""{"model":"dall-e-3","prompt":"a fox"}""");
        using var base64 = await own.GenerateAsync("""{"model":"dall-e-3","prompt":"a fox","response_format":"b64_json"}""");
        var item = (await address.JsonAsync())["data"]![0]!;
        Assert.Equal("west/gpt-image-1", address.Header("x-gateway-target"));
        Assert.Null(item["b64_json"]);
        Assert.StartsWith(own.Http.BaseAddress!.ToString(), (string)item["url"]!, StringComparison.Ordinal);
        Assert.NotNull((await base64.JsonAsync())["data"]![0]!["b64_json"]);
    }

    [Theory]
    [InlineData("dall-e-3")]
    [InlineData("old/dall-e-3")]
    [InlineData("d3")]
    [InlineData("z/d3")]
    [InlineData("", "/openai/deployments/d3/images/generations?api-version=2025-04-01-preview")]
    public async Task Model_that_is_gone_is_answered_in_its_form_by_whatever_name_it_was_asked_for(string model, string path = "/v1/images/generations")
    {
        const string Gone = """{ "Kind": "OpenAI", "BaseUrl": "SIMULATOR/accounts/old/v1", "ApiKey": "file:secrets/openai", "Models": [ { "Model": "dall-e-3", "Shutdown": "2025-01-31" } ] }""";
        const string GoneDeployment = """{ "Kind": "AzureOpenAI", "Endpoint": "SIMULATOR/accounts/z", "ApiKey": "file:secrets/azure", "Deployments": { "d3": { "Model": "dall-e-3", "Shutdown": "2025-01-31" } } }""";
        await using var own = await OwnGateway.StartAsync($$"""
            "Providers": { {{OwnGateway.Account("new", "\"gpt-image-2\"")}}, "old": {{Gone}}, "z": {{GoneDeployment}} }
            """);
        using var response = await own.GenerateAsync($$"""{"model":"{{model}}","prompt":"a fox"}""", path);
        Assert.Equal("new/gpt-image-2", response.Header("x-gateway-target"));
        Assert.StartsWith(own.Http.BaseAddress!.ToString(), (string)(await response.JsonAsync())["data"]![0]!["url"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_that_breaks_off_before_its_client_has_any_of_it_is_an_error_in_words()
    {
        gateway.Break(new Fault { CutAfterBytes = 70_000 }, times: 1);
        var reply = await gateway.AskAsync(_prompt, job => job["response_format"] = "url", Plain);
        Assert.Equal((502, "upstream_error"), (reply.Status, reply.Code));
        Assert.Equal(("failed", "upstream_error"), (await gateway.Ledger.EntryAsync(reply.Id)).End);
    }

    [Fact]
    public async Task Cached_picture_is_given_by_address_with_the_same_bytes()
    {
        var first = await gateway.AskAsync(_prompt);
        var second = await gateway.AskAsync(_prompt, job => job["response_format"] = "url");
        Assert.Equal("hit", second.Cache);
        Assert.Equal(first.Hashes.Single(), Answers.Sha256(await _anyone.GetByteArrayAsync(Address(second))));
        Assert.Equal(1, gateway.Calls(_prompt));
    }

    [Fact]
    public async Task Picture_can_be_fetched_in_parts_and_once()
    {
        var address = Address(await gateway.AskAsync(_prompt, job => job["response_format"] = "url", Plain));
        var whole = await _anyone.GetByteArrayAsync(address);
        using var part = await GetAsync(address, request => request.Headers.Range = new RangeHeaderValue(10, 19));
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal(whole[10..20], await part.Content.ReadAsByteArrayAsync());
        using var outside = await GetAsync(address, request => request.Headers.Range = new RangeHeaderValue(whole.Length, null));
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, outside.StatusCode);
        using var known = await GetAsync(address, request => request.Headers.IfNoneMatch.Add(part.Headers.ETag!));
        Assert.Equal(HttpStatusCode.NotModified, known.StatusCode);
        using var head = await GetAsync(address, request => request.Method = HttpMethod.Head);
        Assert.Equal((HttpStatusCode.OK, whole.Length), (head.StatusCode, head.Content.Headers.ContentLength));
    }

    [Fact]
    public async Task Whatever_is_wrong_with_an_address_there_is_nothing()
    {
        var address = Address(await gateway.AskAsync(_prompt, job => job["response_format"] = "url", Plain));
        var id = new Uri(address).Segments[^1];
        var answers = new HashSet<string>();
        foreach (var wrong in (string[])[address + "A", address.Replace("exp=", "exp=1", StringComparison.Ordinal), address[..address.IndexOf('?', StringComparison.Ordinal)], address.Replace(id, id[..^1] + (id[^1] == '0' ? '1' : '0'), StringComparison.Ordinal), address.Replace(id, "img_1", StringComparison.Ordinal)])
        {
            using var response = await _anyone.GetAsync(wrong);
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
            answers.Add(await response.Content.ReadAsStringAsync());
        }
        Assert.Equal("not_found", (string?)JsonNode.Parse(Assert.Single(answers))!["error"]!["code"]);
    }

    [Fact]
    public async Task Picture_is_edited_by_its_id_and_by_its_tenant_alone()
    {
        var reply = await gateway.AskAsync(_prompt, job => job["response_format"] = "url", Plain);
        var picture = await _anyone.GetByteArrayAsync(Address(reply));
        foreach (var edit in (string[])[$"{_prompt} with a hat", $"{_prompt} with a hat and a scarf"])
        {
            using var edited = await EditAsync(edit, (string)reply.Json["data"]![0]!["file_id"]!, Plain);
            Assert.Equal(HttpStatusCode.OK, edited.StatusCode);
            var call = Assert.Single(gateway.Log.Calls, call => call.Fields.GetValueOrDefault("prompt") == edit);
            Assert.Equal(Answers.Sha256(picture), Assert.Single(call.Files).Sha256);
            reply = await Reply.ReadAsync(edited);
            picture = await _anyone.GetByteArrayAsync(Address(reply));
        }

        using var foreign = await EditAsync(_prompt, (string)reply.Json["data"]![0]!["file_id"]!, Acme);
        await foreign.ErrorAsync(404, "not_found", "images", "file");
    }

    [Fact]
    public async Task Providers_own_file_id_goes_to_that_provider_alone()
    {
        using var refused = await EditAsync(_prompt, "file-1", Plain);
        await refused.ErrorAsync(400, "invalid_value", "images", "provider/model");
        Assert.Equal(0, gateway.Calls(_prompt));
        using var edited = await EditAsync(_prompt, "file-1", Plain, "east/gpt-image-1");
        Assert.Equal(HttpStatusCode.OK, edited.StatusCode);
        Assert.Equal("east", Assert.Single(gateway.Log.Calls, call => call.Fields.GetValueOrDefault("prompt") == _prompt).Account);
    }

    [Fact]
    public async Task Stream_of_addresses_is_refused()
    {
        using var response = await gateway.SendAsync(_prompt, job => (job["response_format"], job["stream"]) = ("url", true), Plain);
        await response.ErrorAsync(400, "invalid_value", "response_format", "'url'", "b64_json");
    }

    [Fact]
    public async Task Address_of_a_provider_passes_unless_its_hosts_are_named()
    {
        var reply = await gateway.AskAsync(_prompt, job => (job["model"], job["quality"]) = ("dall-e-3", null), Plain);
        Assert.DoesNotContain("/v1/images/files/", Address(reply), StringComparison.Ordinal);
        Assert.Null(reply.Json["data"]![0]!["file_id"]);
    }

    private static string Address(Reply reply) => (string)reply.Json["data"]![0]!["url"]!;

    private Task<HttpResponseMessage> GetAsync(string address, Action<HttpRequestMessage> change)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, address);
        change(request);
        return _anyone.SendAsync(request);
    }

    private Task<HttpResponseMessage> EditAsync(string prompt, string file, string key, string model = "gpt-image-1")
    {
        var body = new JsonObject { ["model"] = model, ["prompt"] = prompt, ["quality"] = "low", ["response_format"] = "url", ["images"] = new JsonArray(new JsonObject { ["file_id"] = file }) };
        return gateway.PostAsync(new Uri(gateway.Url, "/v1/images/edits"), new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"), key, []);
    }
}

public sealed class MemoryHostedPictureTests(MemoryCachingGateway gateway) : HostedPictureTests(gateway), IClassFixture<MemoryCachingGateway>;

public sealed class RedisHostedPictureTests(RedisCachingGateway gateway) : HostedPictureTests(gateway), IClassFixture<RedisCachingGateway>;

/// <summary>Pictures that a provider answers with addresses for, and that are taken over.</summary>
public sealed class ProviderPictureTests
{
    [Theory]
    [InlineData("127.0.0.1", "", true)]
    [InlineData("pictures.example", "", false)]
    [InlineData("127.0.0.1", "\"Limits\": { \"FileBytes\": 1000 },", false)]
    public async Task Picture_is_taken_over_from_a_host_of_its_provider(string host, string more, bool isTakenOver)
    {
        var models = "\"dall-e-3\"";
        await using var own = await OwnGateway.StartAsync($$"""
            {{more}} "PublicUrl": "https://pictures.example/gateway", "Providers": { {{OwnGateway.Account("west", models, $", \"ImageHosts\": [ \"{host}\" ]")}} }
            """);
        using var response = await own.GenerateAsync("""{"model":"dall-e-3","prompt":"a fox"}""");
        var item = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["data"]![0]!;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.NotNull(item["revised_prompt"]);
        Assert.Equal(isTakenOver, item["file_id"] is not null);
        var address = (string)item["url"]!;
        Assert.Equal(isTakenOver, address.StartsWith("https://pictures.example/gateway/v1/images/files/", StringComparison.Ordinal));
        if (isTakenOver)
            address = address.Replace("https://pictures.example/gateway", "", StringComparison.Ordinal);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], (await own.Http.GetByteArrayAsync(address))[..4]);
    }

    [Theory]
    [InlineData("127.0.0.1", "hit", 1)]
    [InlineData("pictures.example", "miss", 3)]
    public async Task Picture_that_is_taken_over_is_cached(string host, string then, int calls)
    {
        var account = OwnGateway.Account("west", "\"dall-e-3\"", $", \"ImageHosts\": [ \"{host}\" ]");
        await using var own = await OwnGateway.StartAsync($$"""  "Providers": { {{account}} }  """, tenant: """, "Cache": { "Ttl": "01:00:00" }""");
        var seen = new List<(string Cache, string Hash)>();
        foreach (var format in (string[])["url", "url", "b64_json"])
        {
            using var response = await own.GenerateAsync($$"""{"model":"dall-e-3","prompt":"a fox","response_format":"{{format}}"}""");
            var item = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["data"]![0]!;
            Assert.NotNull(item["revised_prompt"]);
            var picture = format == "url" ? await own.Http.GetByteArrayAsync((string)item["url"]!) : Convert.FromBase64String((string)item["b64_json"]!);
            seen.Add((response.Header("x-gateway-cache")!, Answers.Sha256(picture)));
        }
        Assert.Equal(["miss", then, then], seen.Select(each => each.Cache));
        Assert.Equal(calls, own.Log.Calls.Count(call => call.Fields.ContainsKey("prompt")));
        Assert.Single(seen.Select(each => each.Hash).Distinct());
    }

    [Theory]
    [InlineData("dall-e-3", "b64_json", "b64_json")]
    [InlineData("final", null, "b64_json")]
    [InlineData("dall-e-3", null, "url")]
    public async Task Picture_of_a_model_with_addresses_only_is_given_as_it_is_asked_for(string model, string? format, string member)
    {
        using var folder = new TemporaryFolder();
        var catalogue = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "config", "models.json")), null, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true })!;
        catalogue["Models"]!["dall-e-3"]!["ResponseFormats"] = new JsonArray("url");
        await using var own = await OwnGateway.StartAsync($$"""
            "Catalogue": "{{folder.Write("models.json", catalogue.ToJsonString())}}", "Providers": { {{OwnGateway.Account("west", "\"dall-e-3\"", ", \"ImageHosts\": [ \"127.0.0.1\" ]")}} },
            "Routes": [ { "Name": "all", "Targets": [ "west/dall-e-3" ] } ]
            """);
        using var response = await own.GenerateAsync($$"""{"model":"{{model}}","prompt":"a fox"{{(format is null ? "" : $",\"response_format\":\"{format}\"")}}}""");
        var item = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["data"]![0]!.AsObject();
        Assert.Equal((true, member == "url"), (item.ContainsKey(member), item.ContainsKey("file_id")));
        Assert.NotEqual("b64_json", own.Log.Calls.Single(call => call.Fields.ContainsKey("prompt")).Fields.GetValueOrDefault("response_format"));
    }

    [Fact]
    public async Task Picture_that_is_taken_over_is_left_for_its_key()
    {
        var account = OwnGateway.Account("west", "\"dall-e-3\"", ", \"ImageHosts\": [ \"127.0.0.1\" ]");
        await using var own = await OwnGateway.StartAsync($$"""  "Providers": { {{account}} }  """);
        own.Http.DefaultRequestHeaders.Add("Idempotency-Key", "the key");
        var hashes = new List<string>();
        foreach (var replayed in (string?[])[null, "true"])
        {
            using var response = await own.GenerateAsync("""{"model":"dall-e-3","prompt":"a fox"}""");
            var item = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["data"]![0]!;
            Assert.Equal((replayed, true), (response.Header("idempotent-replayed"), ((string)item["url"]!).Contains("/v1/images/files/", StringComparison.Ordinal)));
            hashes.Add(Answers.Sha256(await own.Http.GetByteArrayAsync((string)item["url"]!)));
        }
        Assert.Single(hashes.Distinct());
        Assert.Single(own.Log.Calls, call => call.Fields.ContainsKey("prompt"));
    }
}
