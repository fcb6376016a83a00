using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace ImageGateway.Alerts;

/// <summary>
/// Posts alerts: <c>x-gateway-signature: t=UNIX,v1=HEX</c> is the HMAC-SHA256 of <c>UNIX.BODY</c> under the configured secret,
/// <c>x-gateway-event-id</c> the alert's id.
/// </summary>
internal sealed class Webhook(Uri address, string secret, TimeProvider time) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ActivityHeadersPropagator = null }) { Timeout = TimeSpan.FromSeconds(10) };

    /// <summary>True when the receiver accepted it (2xx).</summary>
    public async Task<bool> PostAsync(string id, string body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json")) };
        var at = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        request.Headers.Add("x-gateway-signature", $"t={at},v1={Sign(secret, $"{at}.{body}")}");
        request.Headers.Add("x-gateway-event-id", id);
        try
        {
            using var response = await _http.SendAsync(request, cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }

    /// <summary>The signature of a text.</summary>
    public static string Sign(string secret, string text) => Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(text)));

    public void Dispose() => _http.Dispose();
}
