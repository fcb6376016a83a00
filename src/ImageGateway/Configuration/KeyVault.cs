using Azure;
using Azure.Identity;
using Azure.Security.KeyVault.Secrets;

namespace ImageGateway.Configuration;

/// <summary>Secrets of an Azure Key Vault, read with this process's Entra ID identity. Each is requested once.</summary>
internal sealed class KeyVault(SecretClient client)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, (string? Secret, string? Mistake)> _known = [];

    /// <summary>The vault of the option <c>Gateway:Vault</c>; null after a mistake.</summary>
    public static KeyVault? Create(string address, Mistakes mistakes, string option)
    {
        if (Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme == "https" && uri.AbsolutePath == "/")
            return new KeyVault(new SecretClient(uri, new DefaultAzureCredential(), Options()));
        mistakes.Add(option, $"{Mistakes.Shown(address)}is not the URL of a vault, as in https://contoso.vault.azure.net");
        return null;
    }

    /// <summary>The client's options: a start must not hang on the vault.</summary>
    public static SecretClientOptions Options() => new() { Retry = { MaxRetries = 2, Delay = TimeSpan.FromMilliseconds(200), NetworkTimeout = Patience } };

    /// <summary>The latest version of a secret, or <c>NAME/VERSION</c>; null with the reason.</summary>
    public (string? Secret, string? Mistake) Find(string name) => _known.TryGetValue(name, out var known) ? known : _known[name] = Ask(name);

    // A vault's messages may contain names of the Azure tenant; the status code is enough.
    private (string?, string?) Ask(string name)
    {
        var parts = name.Split('/');
        try
        {
            var value = client.GetSecret(parts[0], parts.Length > 1 ? parts[1] : null).Value.Value.Trim();
            return value.Length > 0 ? (value, null) : (null, $"the vault's secret '{name}' is empty");
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return (null, $"the vault has no secret '{name}'");
        }
        catch (RequestFailedException e) when (e.Status is 401 or 403)
        {
            return (null, $"this identity has no access to the vault's secret '{name}' ({e.Status})");
        }
        catch (AuthenticationFailedException)
        {
            return (null, "this process has no Entra ID identity with which to read the vault");
        }
        catch (Exception e) when (e is RequestFailedException or OperationCanceledException or AggregateException)
        {
            return (null, $"the vault's secret '{name}' cannot be read: {(e is RequestFailedException { Status: > 0 and var status } ? $"status {status}" : "the vault cannot be reached")}");
        }
    }
}
