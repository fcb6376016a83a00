using System.ComponentModel;
using System.Reflection;

namespace ImageGateway.Configuration;

/// <summary>
/// Holds a configuration against the options' types before it is bound: an option that does not exist, or a value that
/// does not fit, is a mistake with its key path. The binder would drop the one and stop at the first of the other.
/// </summary>
internal sealed class OptionsCheck
{
    private readonly ICollection<string> _warnings;
    private readonly HashSet<string> _unfit = new(StringComparer.OrdinalIgnoreCase);

    private OptionsCheck(ICollection<string> warnings) => _warnings = warnings;

    /// <summary>
    /// Checks everything below <paramref name="section"/>; options of the contract that do nothing yet go to <paramref name="warnings"/>.
    /// Returns the section without the values that do not fit, so that the rest can be bound and checked too.
    /// </summary>
    public static IConfigurationSection Run(IConfigurationSection section, Type type, Mistakes mistakes, ICollection<string> warnings)
    {
        var check = new OptionsCheck(warnings);
        check.Members(section, type, mistakes);
        if (check._unfit.Count == 0)
            return section;
        // Objects and lists list themselves as null, which the binder would take for their value.
        var fit = section.AsEnumerable().Where(entry => entry.Value is not null && !check._unfit.Contains(entry.Key));
        return new ConfigurationBuilder().AddInMemoryCollection(fit).Build().GetSection(section.Path);
    }

    private void Members(IConfigurationSection section, Type owner, Mistakes mistakes)
    {
        foreach (var child in section.GetChildren())
        {
            var property = owner.GetProperty(child.Key, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase);
            if (property is not null)
                Value(child, property.PropertyType, mistakes.At(child.Key));
            else if (owner.GetCustomAttribute<NotYetInForceAttribute>()?.Options.Contains(child.Key, StringComparer.OrdinalIgnoreCase) == true)
                _warnings.Add($"{child.Path} is accepted, but not in force in this version");
            else
                mistakes.Add(child.Key, $"there is no such option here; there are {string.Join(", ", Names(owner))}");
        }
    }

    private void Value(IConfigurationSection section, Type type, Mistakes here)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        var children = section.GetChildren().ToList();
        if (children.Count == 0)
            Scalar(section, type, here);
        else if (ItemType(type) is { } item)
            children.ForEach(child => Value(child, item, here.At(child.Key)));
        else if (type.IsClass && type != typeof(string))
            Members(section, type, here);
        else
            here.AddHere("must be a single value");
    }

    private void Scalar(IConfigurationSection section, Type type, Mistakes here)
    {
        // Absent, null, [] and {} bind to nothing.
        if (string.IsNullOrEmpty(section.Value))
            return;
        var converter = TypeDescriptor.GetConverter(type);
        if (converter.CanConvertFrom(typeof(string)) && Converts(converter, section.Value))
            return;
        _unfit.Add(section.Path);
        here.AddHere(converter.CanConvertFrom(typeof(string)) ? $"'{section.Value}' is not {Expected(type)}"
            : ItemType(type) is null ? "must be an object" : "must be a list or an object");
    }

    private static bool Converts(TypeConverter converter, string value)
    {
        try
        {
            return converter.ConvertFromInvariantString(value) is not null;
        }
        catch (Exception e) when (e is FormatException or ArgumentException or NotSupportedException or OverflowException)
        {
            return false;
        }
    }

    private static string Expected(Type type) =>
        type.IsEnum ? $"one of {string.Join(", ", Enum.GetNames(type).Select(name => name.ToLowerInvariant()))}"
        : type == typeof(TimeSpan) ? "a time span, as in 00:05:00"
        : type == typeof(bool) ? "true or false"
        : "a number";

    private static Type? ItemType(Type type) =>
        !type.IsGenericType ? null
        : type.GetGenericTypeDefinition() == typeof(List<>) ? type.GetGenericArguments()[0]
        : type.GetGenericTypeDefinition() == typeof(Dictionary<,>) ? type.GetGenericArguments()[1]
        : null;

    private static IEnumerable<string> Names(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => property.Name)
            .Concat(type.GetCustomAttribute<NotYetInForceAttribute>()?.Options ?? []).Order();
}
