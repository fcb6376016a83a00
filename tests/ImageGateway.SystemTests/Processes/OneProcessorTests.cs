using System.Net;
using System.Net.Http.Json;
using Dapper;
using ImageGateway.SystemTests.Running;
using ImageGateway.Tests.Databases;
using Microsoft.Data.Sqlite;

namespace ImageGateway.SystemTests.Processes;

/// <summary>
/// With one processor, as in the smallest containers, the pool starts with one thread: jobs pass beside each other all the same,
/// and changes that wait for the database do not stop what others ask.
/// </summary>
public sealed class OneProcessorTests : IAsyncLifetime, IDisposable
{
    private const string AdminKey = "an-admin-key-of-one-processor";

    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _client = new() { BaseAddress = new Uri($"http://127.0.0.1:{RedisServer.FreePort()}") };
    private GatewayProcess? _process;

    private string Database => $"Data Source={_folder.Path}/one.db";

    public async Task InitializeAsync()
    {
        _process = GatewayProcess.Start(_folder.Path, ["--urls", $"{_client.BaseAddress}", "--ConnectionStrings:Database", Database], ("DOTNET_PROCESSOR_COUNT", "1"), ("GATEWAY_ADMIN_KEY", AdminKey));
        var key = (await _process.LineAsync("demo key")).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^1];
        _client.DefaultRequestHeaders.Authorization = new("Bearer", key);
    }

    public async Task DisposeAsync() => await _process!.KillAsync();

    public void Dispose()
    {
        _process?.Dispose();
        _client.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Jobs_of_every_kind_pass_beside_each_other()
    {
        var jobs = Enumerable.Range(0, 4).SelectMany(_ => (Func<Task>[])[GenerateAsync, StreamAsync, EditAsync]).Select(job => job());

        await Task.WhenAll(jobs).WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task What_others_ask_is_answered_while_changes_wait_for_the_database()
    {
        await GenerateAsync(); // all there is to be compiled is
        await using var connection = new SqliteConnection(Database);
        await connection.OpenAsync();
        await connection.ExecuteAsync("BEGIN IMMEDIATE");
        var changes = Enumerable.Range(0, 3).Select(i => CreateTenantAsync($"new-{i}")).ToList();

        for (var i = 0; i < 20; i++)
        {
            using var wrong = await _client.PostAsJsonAsync("/v1/images/generations", new { prompt = "a fox", n = 0 });
            await wrong.ErrorAsync(400, "invalid_value", "n", "0");
            using var models = await _client.GetAsync("/v1/models");
            Assert.Equal(HttpStatusCode.OK, models.StatusCode);
        }

        Assert.DoesNotContain(changes, change => change.IsCompleted);
        await connection.ExecuteAsync("ROLLBACK");
        Assert.All(await Task.WhenAll(changes), status => Assert.Equal(HttpStatusCode.Created, status));
    }

    private async Task GenerateAsync()
    {
        using var response = await _client.PostAsJsonAsync("/v1/images/generations", new { model = "draft", prompt = "a fox" });
        Assert.Equal((1024, 1024), Pictures.SizeOf((await response.ImagesAsync()).Picture()));
    }

    private async Task StreamAsync()
    {
        using var response = await _client.PostAsJsonAsync("/v1/images/generations", new { model = "final", prompt = "a fox", stream = true, partial_images = 2 });
        await using var body = await response.Content.ReadAsStreamAsync();
        Assert.Equal(["image_generation.partial_image", "image_generation.partial_image", "image_generation.completed"], (await Event.ReadAllAsync(body)).Select(item => item.Type));
    }

    private async Task EditAsync()
    {
        using var form = new Form().Field("model", "final").Field("prompt", "add a hat").File("image", Noise());
        using var response = await _client.PostAsync("/v1/images/edits", form);
        await response.ImagesAsync();
    }

    private async Task<HttpStatusCode> CreateTenantAsync(string id)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/admin/v1/tenants") { Content = JsonContent.Create(new { id }) };
        request.Headers.Authorization = new("Bearer", AdminKey);
        using var response = await _client.SendAsync(request);
        return response.StatusCode;
    }

    // A picture of a megabyte, whatever is behind its pixels.
    private static byte[] Noise() => [.. Pictures.Png(), .. new byte[1_000_000]];
}
