using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Security.KeyVault.Secrets;
using ImageGateway.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace ImageGateway.Tests.Configuration;

/// <summary>Azure's own client against the vault's wire form on loopback, behind the address of a vault.</summary>
public sealed class KeyVaultTests : IAsyncLifetime, IDisposable
{
    private const string Token = "a token of Entra ID";

    private readonly List<string> _asked = [];
    private readonly Mistakes _mistakes = new("Gateway");
    private WebApplication _app = null!;
    private HttpClient _http = null!;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(AnswerAsync);
        await _app.StartAsync();
        _http = new HttpClient(new ToLoopback(new Uri(_app.Urls.Single())));
    }

    public async Task DisposeAsync() => await _app.DisposeAsync();

    public void Dispose() => _http.Dispose();

    [Theory]
    [InlineData("vault:openai-key", "sk-of-the-vault", "/secrets/openai-key/")]
    [InlineData("vault:openai-key/0123abc", "sk-of-before", "/secrets/openai-key/0123abc")]
    public void Secret_is_that_of_the_vault(string reference, string secret, string path)
    {
        Assert.Equal(secret, Secrets().Resolve(reference, _mistakes, "ApiKey"));
        Assert.Empty(_mistakes.All);
        Assert.Equal(path.TrimEnd('/'), Assert.Single(_asked).TrimEnd('/'));
    }

    [Fact]
    public void Secret_is_asked_for_once()
    {
        var secrets = Secrets();
        for (var i = 0; i < 3; i++)
            secrets.Resolve("vault:openai-key", _mistakes, "ApiKey");

        Assert.Single(_asked);
    }

    [Theory]
    [InlineData("vault:none", "the vault has no secret 'none'")]
    [InlineData("vault:blank", "the vault's secret 'blank' is empty")]
    [InlineData("vault:forbidden", "this identity has no access to the vault's secret 'forbidden' (403)")]
    [InlineData("vault:broken", "the vault's secret 'broken' cannot be read: status 500")]
    public void What_the_vault_does_not_give_is_a_mistake_without_its_words(string reference, string mistake)
    {
        Assert.Null(Secrets().Resolve(reference, _mistakes, "ApiKey"));
        Assert.Equal($"Gateway:ApiKey: {mistake}", Assert.Single(_mistakes.All));
    }

    [Theory]
    [InlineData("contoso.vault.azure.net")]
    [InlineData("http://contoso.vault.azure.net")]
    [InlineData("https://contoso.vault.azure.net/secrets/key")]
    public void Address_that_is_no_vaults_is_a_mistake(string address)
    {
        Assert.Null(KeyVault.Create(address, _mistakes, "Vault"));
        Assert.StartsWith($"Gateway:Vault: '{address}' is not the URL of a vault", Assert.Single(_mistakes.All), StringComparison.Ordinal);
    }

    private Secrets Secrets()
    {
        var options = KeyVault.Options();
        options.Retry.MaxRetries = 0;
        options.Transport = new HttpClientTransport(_http);
        return new Secrets("", new Dictionary<string, string>()) { Vault = new KeyVault(new SecretClient(new Uri("https://contoso.vault.azure.net"), new FixedToken(), options)) };
    }

    // The client asks without a token first, to be told where tokens come from.
    private async Task AnswerAsync(HttpContext http)
    {
        if (http.Request.Headers.Authorization != $"Bearer {Token}")
        {
            http.Response.StatusCode = 401;
            http.Response.Headers.WWWAuthenticate = """Bearer authorization="https://login.microsoftonline.com/72f988bf-0000-0000-0000-2d7cd011db47", resource="https://vault.azure.net" """;
            return;
        }
        var path = http.Request.Path.Value!;
        lock (_asked)
            _asked.Add(path);
        var (status, value) = path.TrimEnd('/') switch
        {
            "/secrets/openai-key" => (200, "sk-of-the-vault\n"),
            "/secrets/openai-key/0123abc" => (200, "sk-of-before"),
            "/secrets/blank" => (200, " "),
            "/secrets/forbidden" => (403, ""),
            "/secrets/broken" => (500, ""),
            _ => (404, ""),
        };
        http.Response.StatusCode = status;
        await (status == 200
            ? http.Response.WriteAsJsonAsync(new Dictionary<string, object> { ["value"] = value, ["id"] = $"https://contoso.vault.azure.net{path}", ["attributes"] = new Dictionary<string, object> { ["enabled"] = true } })
            : http.Response.WriteAsJsonAsync(new Dictionary<string, object> { ["error"] = new Dictionary<string, object> { ["code"] = "X", ["message"] = "words of the vault" } }));
    }

    private sealed class ToLoopback(Uri address) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.RequestUri = new Uri(address, request.RequestUri!.PathAndQuery);
            return base.SendAsync(request, cancellationToken);
        }

        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.RequestUri = new Uri(address, request.RequestUri!.PathAndQuery);
            return base.Send(request, cancellationToken);
        }
    }

    private sealed class FixedToken : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) => new(Token, DateTimeOffset.MaxValue);

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) => new(GetToken(requestContext, cancellationToken));
    }
}
