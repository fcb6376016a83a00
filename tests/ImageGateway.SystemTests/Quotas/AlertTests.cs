using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using ImageGateway.Alerts;
using ImageGateway.SystemTests.Ledger;
using ImageGateway.SystemTests.Reload;
using ImageGateway.SystemTests.Running;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ImageGateway.SystemTests.Quotas;

/// <summary>Budget alerts as their receiver sees them.</summary>
public sealed class AlertTests
{
    private sealed record Post(string Id, string Signature, string Body);

    [Fact]
    public async Task Crossings_are_posted_once_signed_and_again_until_they_are_taken()
    {
        var posts = new ConcurrentQueue<Post>();
        await using var receiver = await ReceiverAsync(posts);
        await using var gateway = await OwnGateway.StartAsync(
            $$""" "Providers": { {{OwnGateway.Account("openai")}} }, "Alerts": { "Webhook": "{{receiver.Urls.Single()}}/alerts", "Secret": "file:secrets/openai" } """,
            tenant: """, "Limits": { "UsdTotal": 0.0200 } """);
        using var first = await gateway.GenerateAsync();
        await Until.TrueAsync(() => posts.Count >= 2, "50 % is posted, and posted again");
        var (refused, taken) = (posts.First(), posts.Last());
        Assert.Equal((refused.Id, refused.Body), (taken.Id, taken.Body));
        var alert = JsonNode.Parse(taken.Body)!;
        Assert.Equal(("budget.threshold", "tenant:acme", "usd_total", 50), ((string?)alert["type"], (string?)alert["scope"], (string?)alert["limit"], (int)alert["threshold_percent"]!));
        var parts = taken.Signature.Split(',');
        Assert.Equal($"v1={Webhook.Sign(Keys.Files.First(file => file.Key == "secrets/openai").Value.Trim(), $"{parts[0][2..]}.{taken.Body}")}", parts[1]);
    }

    // The first picture takes 91 % of it, and there is no room for a second one.
    [Fact]
    public async Task Budget_that_has_no_room_for_a_job_any_more_is_told_as_spent()
    {
        var posts = new ConcurrentQueue<Post>();
        await using var receiver = await ReceiverAsync(posts);
        await using var gateway = await OwnGateway.StartAsync(
            $$""" "Providers": { {{OwnGateway.Account("openai")}} }, "Alerts": { "Webhook": "{{receiver.Urls.Single()}}/alerts", "Secret": "file:secrets/openai" } """,
            tenant: """, "Limits": { "UsdTotal": 0.0120 } """);
        const string Draw = """{"model":"gpt-image-1","prompt":"a fox","quality":"low","size":"1024x1024"}""";
        using var first = await gateway.GenerateAsync(Draw);
        using var second = await gateway.GenerateAsync(Draw);
        Assert.Equal(HttpStatusCode.TooManyRequests, second.StatusCode);
        await Until.TrueAsync(() => posts.Any(post => (int?)JsonNode.Parse(post.Body)!["threshold_percent"] == 100), "100 % is posted");
    }

    // Each of five posts would take ten seconds; meanwhile the second picture crosses the sixth threshold.
    [Fact]
    public async Task Receiver_that_never_answers_does_not_keep_budgets_from_being_looked_at()
    {
        await using var receiver = WebApplication.Create(["--urls", "http://127.0.0.1:0"]);
        receiver.Run(http => Task.Delay(Timeout.Infinite, http.RequestAborted));
        await receiver.StartAsync();
        using var folder = new TemporaryFolder();
        var database = new LedgerReader($"Data Source={Path.Combine(folder.Path, "gateway.db")}");
        await using var gateway = await OwnGateway.StartAsync(
            $$""" "Providers": { {{OwnGateway.Account("openai")}} }, "Alerts": { "Webhook": "{{receiver.Urls.Single()}}", "Secret": "file:secrets/openai", "Thresholds": [ 1, 2, 3, 4, 5, 15 ] } """,
            null, """, "Limits": { "UsdTotal": 0.1 } """, "--ConnectionStrings:Database", database.ConnectionString);
        using var first = await gateway.GenerateAsync();
        await Until.TrueAsync(async () => await database.CountAsync("alerts") == 5, "five crossings are told");
        using var second = await gateway.GenerateAsync();
        await Until.TrueAsync(async () => await database.CountAsync("alerts") == 6, "the sixth crossing is told");
    }

    // The first post is refused.
    private static async Task<WebApplication> ReceiverAsync(ConcurrentQueue<Post> posts)
    {
        var app = WebApplication.Create(["--urls", "http://127.0.0.1:0"]);
        app.MapPost("/alerts", async (HttpContext http) =>
        {
            using var reader = new StreamReader(http.Request.Body);
            posts.Enqueue(new Post(http.Request.Headers["x-gateway-event-id"]!, http.Request.Headers["x-gateway-signature"]!, await reader.ReadToEndAsync()));
            return posts.Count == 1 ? Results.StatusCode(500) : Results.Ok();
        });
        await app.StartAsync();
        return app;
    }
}
